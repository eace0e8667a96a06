/// 0.0.5's programs as processes of the room, where their pid, uid or state matters.
///
///     let old = try room.startOldDaemon()                          // with its lock and its socket
///     try room.sendHanded(["cups"], uid: 65534)                    // a connected socket, handed on
///
/// They are Perl, of Debian's perl-base, which every Debian machine has.

extension Room {
    /// 0.0.5's daemon: a POSIX lock on the pid file, its pid in it, and a datagram socket.
    ///
    /// It prints each name that it is sent. No thread of ours will do: the lock's owner must have a
    /// pid in the room.
    func startOldDaemon() throws -> Program {
        makeDirectory("/run/portreserve")
        let daemon = try start("/usr/bin/perl", "-MFcntl", "-MSocket", "-e", oldDaemonText)
        guard daemon.waitForError(where: { $0 == "ready" }) != nil else {
            throw Trouble("no old daemon: \(daemon.story)")
        }
        return daemon
    }

    /// Sends datagrams as a process with `uid` over a socket that root connected for it.
    func sendHanded(_ datagrams: [String], uid: UInt32) throws {
        let sender = try start(
            ["/usr/bin/perl", "-MSocket", "-e", handedSenderText, "\(uid)"] + datagrams)
        guard try sender.wait() == 0 else { throw Trouble("not sent: \(sender.story)") }
    }
}

private let oldDaemonText = """
    $| = 1;
    sysopen(F, "/run/portreserve.pid", O_RDWR | O_CREAT, 0644) or die "pid file: $!\\n";
    my $lock = pack("s s x![q] q q i x![q]", F_WRLCK, 0, 0, 0, 0);
    fcntl(F, F_SETLK, $lock) or die "lock: $!\\n";
    syswrite(F, "$$\\n");
    socket(S, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!\\n";
    bind(S, pack_sockaddr_un("/run/portreserve/socket")) or die "bind: $!\\n";
    syswrite(STDERR, "ready\\n");
    while (defined(recv(S, my $name, 8192, 0))) { print "$name\\n" }
    """

private let handedSenderText = """
    my $uid = shift;
    socket(S, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!\\n";
    connect(S, pack_sockaddr_un("/run/portreserve/socket")) or die "connect: $!\\n";
    $) = "$uid $uid"; $( = $uid; $> = $uid; $< = $uid;
    die "still root\\n" if $uid && (!$< || !$>);
    for (@ARGV) { defined(send(S, $_, 0)) or die "send: $!\\n" }
    """
