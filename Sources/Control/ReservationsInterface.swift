internal import Text
public import Varlink

/// The one interface of the daemon; its text stands here alone, and the manual prints it.
public let reservationsInterface = Interface(
    reservationsInterfaceName,
    """
    # The ports that portreserve keeps for services; portreserve-control(7) explains.
    interface io.portreserve.Reservations

    # One endpoint, or a range of them that share all else. The address "*" is every address of
    # both families; last is the last port of a range.
    type Endpoint (protocol: string, address: string, port: int, last: ?int)

    # Who has an endpoint; told to root and to the holder's own user only.
    type Holder (pid: ?int, command: ?string, uid: ?int, unit: ?string, kernel: ?bool)

    # What one line of one service's file has come to. Times are microseconds since 1970.
    type Reservation (
      service: string, endpoint: Endpoint, state: (held, released, serving, idle, busy, failed),
      since: int, share: bool, permanent: bool, guarded: bool, reason: ?string, holder: ?Holder,
      file: string, line: int
    )

    # Somebody went for a port that was not theirs.
    type Incident (
      kind: (refused, busy), service: string, endpoint: Endpoint, by: ?Holder, at: int, count: int
    )

    # All reservations, or one service's, one a reply; needs more. A reload meanwhile begins anew.
    method List(service: ?string) -> (reservation: ?Reservation)

    # All reservations, then each change; needs more.
    method Watch() -> (reservation: ?Reservation, incident: ?Incident)

    # All incidents, one a reply; needs more.
    method Incidents() -> (incident: ?Incident)

    # Lets a service's endpoints go ("*": every service's), and answers when they are free. For root.
    method Release(service: string) -> (released: int, busy: int)

    # Holds a service's endpoints again. For root.
    method Hold(service: string) -> (held: int, busy: int)

    # Reads the configuration anew; with dryRun only says what would come of it. For root.
    method Reload(dryRun: ?bool) -> (added: int, removed: int, kept: int, diagnostics: []string)

    # No file has that name.
    error NoSuchService (service: string)

    # Only root may do that.
    error NotYours (service: string)

    """)

/// The name that every call of ours begins with.
let reservationsInterfaceName: Text = "io.portreserve.Reservations"
