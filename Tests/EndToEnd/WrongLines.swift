/// The wrong lines of the configuration. See Support/Configuration for how to read a row.

let wrongLines: [Row] = [
    // Protocols.
    Row(wrong: "ipp/sctp", "a protocol without holds", says: "1:1 'ipp/sctp'"),
    Row(wrong: "4001/sctp", "a protocol without holds", says: "1:1 '4001/sctp'"),
    Row(wrong: "ipp/", "no protocol", says: "1:1 'ipp/'"),
    Row(wrong: "4001/", "no protocol", says: "1:1 '4001/'"),
    Row(wrong: "4001/tcp/udp", "two protocols", says: "1:1 '4001/tcp/udp'"),
    Row(wrong: "ipp/tcp,udp", "two protocols", says: "1:1 'ipp/tcp,udp'"),
    Row(wrong: "ipp/t", "no protocol's name", says: "1:1 'ipp/t'"),
    Row(wrong: "/tcp", "nothing but a protocol", says: "1:1 '/tcp'"),
    Row(wrong: "/", "nothing at all", says: "1:1 '/'"),
    Row(wrong: "imaps/udp", "not listed for udp", says: "1:1 'imaps/udp'"),
    Row(wrong: "sctponly", "listed for sctp only", says: "1:1 'sctponly'"),
    // Names.
    Row(wrong: "nosuch", "no name", says: "1:1 'nosuch'"),
    Row(wrong: "nosuch/tcp", "no name", says: "1:1 'nosuch/tcp'"),
    Row(wrong: "IPP", "not the name's case", says: "1:1 'IPP'"),
    Row(wrong: "ipp,imaps", "two names", says: "1:1 'ipp,imaps'"),
    Row(wrong: "share", "an option of nothing", says: "1:1 'share'"),
    Row(wrong: "permanent share", "options of nothing", says: "1:1 'permanent'"),
    // Numbers.
    Row(wrong: "70000", "no port", says: "1:1 '70000'"),
    Row(wrong: "65536/tcp", "no port", says: "1:1 '65536/tcp'"),
    Row(wrong: "4294967927/tcp", "no port, cut to 32 bits or not", says: "1:1 '4294967927/tcp'"),
    Row(
        wrong: "18446744073709552247", "no port, cut to 64 bits or not",
        says: "1:1 '18446744073709552247'"),
    Row(wrong: "0", "no port", says: "1:1 '0'"),
    Row(wrong: "0/tcp", "no port", says: "1:1 '0/tcp'"),
    Row(wrong: "-5", "no port", says: "1:1 '-5'"),
    Row(wrong: "+631", "no port", says: "1:1 '+631'"),
    Row(wrong: "0x1000", "no number", says: "1:1 '0x1000'"),
    Row(wrong: "4001abc", "no number", says: "1:1 '4001abc'"),
    Row(wrong: "4001.5", "no number", says: "1:1 '4001.5'"),
    Row(wrong: "4001,4002", "two numbers", says: "1:1 '4001,4002'"),
    Row(wrong: "٦٣١/tcp", "no number of ours", says: "1:1 '٦٣١/tcp'"),
    // Ranges.
    Row(wrong: "4003-4001", "backwards", says: "1:1 '4003-4001'"),
    Row(wrong: "15999-1024/udp", "backwards", says: "1:1 '15999-1024/udp'"),
    Row(wrong: "4001-", "half a range", says: "1:1 '4001-'"),
    Row(wrong: "4001-4002-4003", "too much of a range", says: "1:1 '4001-4002-4003'"),
    Row(wrong: "4001-70000/tcp", "past the last port", says: "1:1 '4001-70000/tcp'"),
    Row(wrong: "0-2/tcp", "from no port on", says: "1:1 '0-2/tcp'"),
    Row(wrong: "4001-ipp/tcp", "to a name", says: "1:1 '4001-ipp/tcp'"),
    Row(wrong: "1024–1026", "of the wrong dash", says: "1:1 '1024–1026'"),
    Row(wrong: "1024 15999", "of the other sysctl's form", says: "1:6|1:1 '15999'"),
    // Addresses.
    Row(wrong: "0.0.0.0:631/tcp", "a written wildcard", says: "1:1 '0.0.0.0:631/tcp'"),
    Row(wrong: "[::]:631/tcp", "a written wildcard", says: "1:1 '[::]:631/tcp'"),
    Row(wrong: "*:631/tcp", "a written wildcard", says: "1:1 '*:631/tcp'"),
    Row(wrong: "[::ffff:127.0.0.1]:631", "a mapped address", says: "1:1 '[::ffff:127.0.0.1]:631'"),
    Row(wrong: "[fe80::1%lo]:631", "a zoned address", says: "1:1 '[fe80::1%lo]:631'"),
    Row(wrong: "127.0.0.1", "an address without a port", says: "1:1 '127.0.0.1'"),
    Row(wrong: "127.0.0.1:", "an address without a port", says: "1:1 '127.0.0.1:'"),
    Row(wrong: "[::1]", "an address without a port", says: "1:1 '[::1]'"),
    Row(wrong: "[::1]:/tcp", "an address without a port", says: "1:1 '[::1]:/tcp'"),
    Row(wrong: "[::1]631", "an address without a colon", says: "1:1 '[::1]631'"),
    Row(wrong: "[::1:631", "an open bracket", says: "1:1 '[::1:631'"),
    Row(wrong: "::1:631", "an address without brackets", says: "1:1 '::1:631'"),
    Row(wrong: "[127.0.0.1]:631", "brackets around IPv4", says: "1:1 '[127.0.0.1]:631'"),
    Row(wrong: "[1::2::3]:631", "no address", says: "1:1 '[1::2::3]:631'"),
    Row(wrong: "127.1:631", "half an address", says: "1:1 '127.1:631'"),
    Row(wrong: "127.0.0.300:631", "no address", says: "1:1 '127.0.0.300:631'"),
    Row(wrong: "localhost:631", "a host's name", says: "1:1 'localhost:631'"),
    Row(wrong: "127.0.0.1:70000/tcp", "no port", says: "1:1 '127.0.0.1:70000/tcp'"),
    Row(wrong: "127.0.0.1:0", "no port", says: "1:1 '127.0.0.1:0'"),
    // Options and words.
    Row(wrong: "ipp/tcp shar", "an unknown option", says: "1:9 'shar'"),
    Row(wrong: "ipp/tcp share Share", "an unknown option", says: "1:15 'Share'"),
    Row(wrong: "\tipp/tcp \t4001/tcp", "two endpoints", says: "1:11 '4001/tcp'"),
    Row(wrong: "ipp /tcp", "a protocol apart", says: "1:5 '/tcp'"),
    Row(wrong: "unit", "no unit", says: "1:1 'unit'"),
    Row(wrong: "unit kadmin", "no service unit", says: "1:6 'kadmin'"),
    Row(wrong: "unit a.service b.mount", "no service unit", says: "1:16 'b.mount'"),
    Row(wrong: "unguarded ipp", "a word too much", says: "1:11 'ipp'"),
    // Bytes.
    Row(wrong: "4001\0", "a NUL", says: "1:5|1:1 "),
    Row(wrong: "4001/tcp\u{1b}[31m", "a control character", says: "1:1 '4001/tcp\\x1b[31m'"),
    Row(
        "bytes that are no UTF-8 are told",
        bytes: Array("ipp".utf8) + [0xff, 10] + Array("4009/tcp\n".utf8),
        holds: "4009/tcp", says: ["1:4|1:1 "]),
    Row(
        "UTF-16 is told, line by line",
        bytes: Array("\u{0}4\u{0}0\u{0}1".utf8) + [10] + Array("4009/tcp\n".utf8),
        holds: "4009/tcp", says: ["1:1 "]),
    Row(
        "a line over the bound",
        "4001/tcp" + String(repeating: " share", count: 800) + "\n4009/tcp\n",
        holds: "4009/tcp", says: "1:1|1:4097 "),
    Row(
        "a line far over the bound", String(repeating: "x", count: 300_000) + "\n4009/tcp\n",
        holds: "4009/tcp", says: "1:1|1:4097 "),
    // Places.
    Row(
        "columns are bytes, from 1", " \t nosuch\n4009/tcp\n", holds: "4009/tcp",
        says: "1:4 'nosuch'"),
    Row("a byte order mark is no column", "\u{feff}nosuch\n", says: "1:1 'nosuch'"),
    Row(
        "lines count with comments and empty ones", "# one\n\r\n\n  nosuch # here\n",
        says: "4:3 'nosuch'"),
    Row(
        "each wrong line is told, in order", "0\nipp/tcp\n70000\nnosuch\n", holds: "631/tcp",
        says: "1:1 '0'", "3:1 '70000'", "4:1 'nosuch'"),
    Row(
        "a wildcard and an address of one port", "631/tcp\n127.0.0.1:631/tcp\n4009/tcp\n",
        holds: "631/tcp 4009/tcp", says: "2:1 '127.0.0.1:631/tcp'"),
    Row(
        "an address and the wildcard of one port", "[::1]:631/tcp\n4009/tcp\n  631\n",
        holds: "[::1]:631/tcp 4009/tcp", says: "3:3 '631'"),
    Row(
        "a range over an address", "[::1]:4002/tcp\n4001-4003/tcp\n",
        holds: "[::1]:4002/tcp", says: "2:1 '4001-4003/tcp'"),
]
