/// Who may do what: everybody may look, only root may change anything, and root of a user
/// namespace is not root.

import Glibc
import Testing

@Suite("control: who may do what")
struct ControlRightsTests {
    struct User: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let setting: Setting

        /// Root inside, and nobody outside.
        static let namespaced = Self(
            testDescription: "root of a user namespace",
            setting: Setting(wrapper: [
                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "unshare",
                "--user", "--map-root-user",
            ]))
        static let nobody = Self(testDescription: "nobody", setting: .nobody)
    }

    @Test("who is not root looks and changes nothing", arguments: [User.nobody, .namespaced])
    func strangers(user: User) throws {
        try Room.run { room in
            let daemon = try room.startServing()
            room.configure("new", "4001/tcp\n")
            let before = daemon.sockets
            let count = room.descriptors(of: daemon.innerPid).count

            let uid = user.testDescription == "nobody" ? "65534" : "0"
            let client = try room.runPython(
                "same('uid', os.getuid(), \(uid))\n" + looking + changing, with: user.setting)

            #expect(client.status == 0, room.story)
            #expect(daemon.holdsAll && isFree("4001/tcp"), room.story)
            #expect(daemon.settles(at: count), room.story)
            #expect(daemon.keeps(before), "the very same holds\(room.story)")
            daemon.program.drain()
            #expect(!daemon.program.errorText.contains("Released"), room.story)
            #expect(!daemon.program.errorText.contains("reloaded"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("root may do all, without a capability and from a namespace of its own too")
    func root() throws {
        let bare = Setting(wrapper: ["setpriv", "--bounding-set=-all", "--inh-caps=-all"])
        let inside = Setting(wrapper: ["unshare", "--user", "--map-user=65534"])
        for setting in [Setting(), bare, inside] {
            try Room.run { room in
                let daemon = try room.startServing()
                room.configure("new", "4001/tcp\n")

                let client = try room.runPython(looking + changingAsRoot, with: setting)

                #expect(client.status == 0, room.story)
                #expect(daemon.holdsAll && isHeld("4001/tcp"), room.story)
                #expect(try daemon.stop() == 0, room.story)
            }
        }
    }

    @Test("who opened the connection counts, not who writes to it")
    func handedOn() throws {
        try Room.run { room in
            let daemon = try room.startServing()

            let client = try room.runPython(handing)

            #expect(client.status == 0, room.story)
            #expect(daemon.holdsAll, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test(
        "portrelease of who is not root says so in a line, and is 0",
        arguments: [User.nobody, .namespaced])
    func portrelease(user: User) throws {
        try Room.run { room in
            let daemon = try room.startServing()

            let asked = try room.run("portrelease", "cups", with: user.setting)

            #expect(asked.status == 0 && asked.output.isEmpty, room.story)
            #expect(
                asked.errorText
                    == "portrelease: 'cups': only root may release it, not released\n", room.story)
            #expect(daemon.holdsAll, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

private let looking = """
    it = Varlink()
    same("info", it.call(SERVICE + "GetInfo")["parameters"]["vendor"], "portreserve")
    text = it.call(SERVICE + "GetInterfaceDescription", {"interface": OURS[:-1]})
    holds("text", "method Release(" in text["parameters"]["description"])
    listed = it.all("List")
    same("list", states(listed), ["bmc 623 held", "cups 631 held", "cups 631 held",
         "imap 993 held"])
    holds("no holder", all("holder" not in reply["parameters"]["reservation"] for reply in listed))
    same("unknown", it.call("List", {"service": "x"}, more=True)["error"], OURS + "NoSuchService")
    watch = Varlink()
    same("watch", states([watch.call("Watch", more=True)]), ["bmc 623 held"])
    for turn in range(3): watch.receive()

    """

private let changing = """
    for method in ["Release", "Hold"]:
        for service in ["cups", "*", "bmc", "none such"]:
            same(f"{method} {service}", it.call(method, {"service": service}),
                 {"error": OURS + "NotYours", "parameters": {"service": service}})
        same(f"{method} more", it.call(method, {"service": "cups"}, more=True)["error"],
             OURS + "NotYours")
        it.send(method, {"service": "cups"}, oneway=True)
    for parameters in [{}, {"dryRun": True}, {"dryRun": False}]:
        same(f"reload {parameters}", it.call("Reload", parameters),
             {"error": SERVICE + "PermissionDenied"})
    it.send("Reload", oneway=True)
    same("nothing changed", states(it.all("List")), states(listed))
    """

private let changingAsRoot = """
    same("release", it.call("Release", {"service": "cups"}),
         {"parameters": {"released": 2, "busy": 0}})
    same("told", states([watch.receive(), watch.receive()]), ["cups 631 released"] * 2)
    same("hold", it.call("Hold", {"service": "cups"}), {"parameters": {"held": 2, "busy": 0}})
    same("dry", it.call("Reload", {"dryRun": True})["parameters"]["added"], 1)
    same("reload", it.call("Reload"),
         {"parameters": {"added": 1, "removed": 0, "kept": 4, "diagnostics": []}})
    """

/// A connection that nobody opened and root writes to, and one the other way round.
private let handing = """
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        become(65534)
        nobodys = Varlink()
        socket.send_fds(theirs, [b"x"], [nobodys.socket.fileno()])
        os._exit(0)
    it = Varlink.__new__(Varlink)
    it.rest = b""
    it.socket = socket.socket(fileno=socket.recv_fds(ours, 1, 1)[1][0])
    same("nobody's", it.call("Release", {"service": "cups"})["error"], OURS + "NotYours")
    roots = Varlink()
    if os.fork() == 0:
        become(65534)
        same("root's", roots.call("Hold", {"service": "cups"}),
             {"parameters": {"held": 2, "busy": 0}})
        os._exit(1 if failures else 0)
    while True:
        try: same("child", os.wait()[1], 0)
        except ChildProcessError: break
    """
