/// The deed comes before the word, and so does what the next instance has to know of it.

import Testing

@Suite("vault: what somebody was told")
struct HoldIsKnownBeforeItIsToldTests {
    @Test("that a port is held again is true when this one is killed, and for the next one")
    func held() throws {
        try playManaged(
            ["svc": "4000/tcp\n"],
            """
            manager.begins()
            lost = 0
            for turn in range(60):
                release("svc")
                becomes(4000, "released")
                link = Varlink()
                link.send("Hold", {"service": "svc"})
                same("told", link.receive()["parameters"], {"held": 1, "busy": 0})
                manager.kill()
                lost += may_bind(4000)
                manager.begins()
                hold("svc")
            same("told that it is held, and free when the daemon was dead", lost, 0)
            """)
    }
}
