/// The right lines of the configuration, and files that live together. See Support/Configuration.

let rightLines: [Row] = [
    Row("a name is each protocol listed", "ipp\n", holds: "631/tcp 631/udp"),
    Row("a name that is listed for one protocol is that one", "imaps\n", holds: "993/tcp"),
    Row("a name with a protocol is that one", "ipp/udp\n", holds: "631/udp"),
    Row(
        "one name may be two ports, one a protocol", "shell/tcp\nsyslog\n", holds: "514/tcp 514/udp"
    ),
    Row("a last line needs no newline", "ipp/tcp", holds: "631/tcp"),
    Row("aliases are names", "kerberos-iv\n", holds: "750/tcp 750/udp"),
    Row("an alias that is no first one", "kdc/udp\n", holds: "750/udp"),
    Row("an alias with an underscore", "krb5_prop/tcp\n", holds: "754/tcp"),
    Row("protocols are of any case", "ipp/TCP\n4001/Udp\n", holds: "631/tcp 4001/udp"),
    Row("a number is both protocols", "4001\n", holds: "4001/tcp 4001/udp"),
    Row("a number with a protocol is that one", "4001/tcp\n", holds: "4001/tcp"),
    Row("the first port and the last", "1/tcp\n65535/udp\n", holds: "1/tcp 65535/udp"),
    Row("leading zeros change nothing, octal is not known", "0631/tcp\n", holds: "631/tcp"),
    Row("blanks and tabs around are nothing", " \t ipp/tcp \t \n", holds: "631/tcp"),
    Row("a CR at the end is nothing", "ipp/tcp\r\n4001/udp\r\n", holds: "631/tcp 4001/udp"),
    Row("a byte order mark is nothing", "\u{feff}ipp/tcp\n", holds: "631/tcp"),
    Row(
        "a comment is nothing", "# one\n\n  # two\n\t\nipp/tcp # three\n4001/udp\t#\n",
        holds: "631/tcp 4001/udp"),
    Row("a comment may be in any language", "# Drucker: größer – 印刷\nipp/tcp\n", holds: "631/tcp"),
    Row("an empty file is nothing", ""),
    Row("a file of comments is nothing", "# ipp\n"),
    Row("a line named twice is one", "ipp/tcp\n631/tcp\nipp/tcp\n", holds: "631/tcp"),
    Row("a range", "4001-4003/udp\n", holds: "4001/udp 4002/udp 4003/udp"),
    Row("a range of both protocols", "4001-4002\n", holds: "4001/tcp 4001/udp 4002/tcp 4002/udp"),
    Row("a range of one", "4001-4001/tcp\n", holds: "4001/tcp"),
    Row("a range that ends with the last port", "65534-65535/tcp\n", holds: "65534/tcp 65535/tcp"),
    Row(
        "ranges over one another in one file", "4001-4003/tcp\n4002-4004/tcp\n4003/tcp\n",
        holds: "4001/tcp 4002/tcp 4003/tcp 4004/tcp"),
    Row("an address", "127.0.0.1:5432/tcp\n", holds: "127.0.0.1:5432/tcp"),
    Row("an address of IPv6", "[::1]:5432/udp\n", holds: "[::1]:5432/udp"),
    Row("an address of IPv6 at length", "[0:0:0:0:0:0:0:1]:5432/tcp\n", holds: "[::1]:5432/tcp"),
    Row(
        "an address with both protocols", "127.0.0.1:5432\n",
        holds: "127.0.0.1:5432/tcp 127.0.0.1:5432/udp"),
    Row(
        "two addresses of one service", "127.0.0.1:5432/tcp\n[::1]:5432/tcp\n",
        holds: "127.0.0.1:5432/tcp [::1]:5432/tcp"),
    Row("an address and a name", "127.0.0.1:ipp/tcp\n", holds: "127.0.0.1:631/tcp"),
    Row("an address and a name's protocols", "[::1]:ipp\n", holds: "[::1]:631/tcp [::1]:631/udp"),
    Row("an address and a range", "[::1]:4001-4002/tcp\n", holds: "[::1]:4001/tcp [::1]:4002/tcp"),
    Row("share", "ipp/tcp share\n", holds: "631/tcp"),
    Row("permanent", "623/udp permanent\n", holds: "623/udp"),
    Row(
        "options in any order, with a comment", "ipp/tcp  permanent\tshare # both\n",
        holds: "631/tcp"),
    Row("options of a range", "4001-4002/tcp permanent\n", holds: "4001/tcp 4002/tcp"),
    Row("a unit", "unit kadmin.service\nipp/tcp\n", holds: "631/tcp"),
    Row("units", "ipp/tcp\nunit docker.service containerd.service # two\n", holds: "631/tcp"),
    Row("unguarded", "ipp/tcp\nunguarded\n", holds: "631/tcp"),
    Row(
        "a line as long as it may be", "4001/tcp" + String(repeating: " ", count: 4080) + "\n",
        holds: "4001/tcp"),
]

let fileRows: [Row] = [
    Row(
        "two services",
        files: [Row.etc + "cups": "ipp/tcp\n", Row.etc + "spamd": "783/udp\n"],
        holds: "631/tcp 783/udp"),
    Row(
        "two files on one endpoint are no fault",
        files: [Row.etc + "a": "ipp/tcp\n", Row.etc + "b": "631/tcp\n"], holds: "631/tcp"),
    Row(
        "names with a dot or a tilde are left out, wrong as they may be",
        files: [
            Row.etc + "cups.rpmsave": "4001/tcp\n", Row.etc + "cups~": "4002/tcp\n",
            Row.etc + ".cups.swp": "\u{0}\u{1}\n", Row.etc + "a~b": "4003\n",
            Row.etc + "cups": "ipp/tcp\n", Row.usr + "x.y": "4004\n",
        ], holds: "631/tcp"),
    Row(
        "a name may hold other signs",
        files: [Row.etc + "xhad-2_b+c@d e": "694/udp\n"], holds: "694/udp"),
    Row(
        "what a package ships is held",
        files: [Row.usr + "cups": "ipp/tcp\n"], holds: "631/tcp"),
    Row(
        "/etc goes before /usr/lib, name by name",
        files: [
            Row.usr + "cups": "ipp\n", Row.usr + "spamd": "783/tcp\n",
            Row.etc + "cups": "4001/tcp\n",
        ], holds: "4001/tcp 783/tcp"),
    Row(
        "an empty file in /etc masks what a package ships",
        files: [Row.usr + "cups": "ipp\n", Row.etc + "cups": "", Row.usr + "spamd": "783/udp\n"],
        holds: "783/udp"),
    Row(
        "a shipped file that is wrong is told by its own path",
        files: [Row.usr + "cups": "ipp/tcp\n ipp/sctp\n"], holds: "631/tcp",
        says: Row.usr + "cups:2:2 'ipp/sctp'"),
    Row(
        "a shipped file that is masked is not even read",
        files: [Row.usr + "cups": "ipp/sctp\n", Row.etc + "cups": ""], holds: ""),
    Row(
        "a wildcard and an address of one port in two files",
        files: [Row.etc + "a": "631/tcp\n", Row.etc + "b": "127.0.0.1:631/tcp\n4001/tcp\n"],
        holds: "631/tcp 4001/tcp", says: Row.etc + "b:1:1 /etc/portreserve/a:1"),
    Row(
        "an address and then the wildcard, in two files",
        files: [Row.etc + "a": "127.0.0.1:631/tcp\n", Row.etc + "b": "ipp\n"],
        holds: "127.0.0.1:631/tcp", says: Row.etc + "b:1:1 /etc/portreserve/a:1"),
    Row(
        "one port on two addresses belongs to one service",
        files: [Row.etc + "a": "127.0.0.1:631/tcp\n", Row.etc + "b": "[::1]:631/tcp\n"],
        holds: "127.0.0.1:631/tcp", says: Row.etc + "b:1:1 /etc/portreserve/a:1"),
    Row(
        "a wrong line in each of two files",
        files: [Row.etc + "a": "nosuch\n4001/tcp\n", Row.etc + "b": "4002/tcp\n\n\t0\n"],
        holds: "4001/tcp 4002/tcp", says: Row.etc + "a:1:1 'nosuch'", Row.etc + "b:3:2 '0'"),
]
