/// What init does for services, in Python: each is started in a unit or as nobody's child, and what
/// the daemon tells of its endpoints is written down.
///
///     let client = try room.runPython(life + units + """
///         watch()
///         svc = start(lambda: release("svc") or bind(4000), cgroup("svc.service"))
///         has_ended(svc)
///         same("told", told(4000), ["held", "serving", "held"])
///         """, portrelease)

/// Goes in front of a script, behind `life`.
let units = """
    def start(body, path=None):
        # What it answers is at its end when the service and all that it has started are.
        heard, said = os.pipe()
        def service():
            os.close(heard)
            if path: join(path)
            status = 9
            try: status = body() or len(failures)
            finally:
                if status: os.write(said, b"x")
            return status
        def between():
            os.setsid()
            child(service)
        end(child(between))
        os.close(said)
        return heard
    def has_ended(heard):
        same("what went wrong in the service", os.read(heard, 1), b"")
        os.close(heard)

    events = []
    def watch():
        link = Varlink()
        link.send("Watch", more=True)
        def listen():
            while True:
                it = link.receive()["parameters"].get("reservation")
                if it: events.append((time.monotonic(), it["endpoint"]["port"], it["state"]))
        threading.Thread(target=listen, daemon=True).start()
        until("watching", lambda: events)
    def told(port):
        # Idle is left out, and released before serving: what is over within a turn is not told.
        states = [state for _, its, state in events if its == port and state != "idle"]
        changes = [it for it, before in zip(states, [None, *states]) if it != before]
        pairs = zip(changes, [*changes[1:], None])
        return [it for it, then in pairs if (it, then) != ("released", "serving")]
    def is_told(port, *states):
        if not until(f"{port} told to be {states}", lambda: told(port) == list(states)):
            print(f"{port} was told to be {told(port)}", file=sys.stderr)
    def told_at(port, state):
        # When it began to be so for the last time.
        ours = [it for it in events if it[1] == port]
        first = max(n for n, it in enumerate(ours) if it[2] != state) + 1
        return ours[first][0]

    """
