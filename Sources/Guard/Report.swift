extension Program {
    /// Puts an event into a ring, or counts that there was no room.
    ///
    /// r6 is the context; the key, and the event's cookie, generation and count are on the stack.
    mutating func report(
        _ kind: EventKind, _ context: Context, _ ring: Ring, _ maps: Maps, namesCommands: Bool
    ) {
        func at(_ field: Int16) -> Int16 { Stack.event + field }
        let isIn = label()
        self += [
            .call(.monotonicTime), .store(.double, at: .frame, at(EventOffset.time), .r0),
            .call(.cgroup), .store(.double, at: .frame, at(EventOffset.cgroup), .r0),
            .call(.processAndThread),
            .store(.double, at: .frame, at(EventOffset.process), .r0),
            .call(.userAndGroup), .store(.double, at: .frame, at(EventOffset.user), .r0),
        ]
        nameCommand(namesCommands)
        tellAddress(kind, context)
        self += [
            .load(.double, .r1, at: .frame, Stack.key),
            .store(.double, at: .frame, at(EventOffset.key), .r1),
            .load(.word, .r1, at: .r6, context.family),
            .store(.word, at: .frame, at(EventOffset.family), .r1),
            .reckon(.move, .r1, .number(kind.rawValue)),
            .store(.word, at: .frame, at(EventOffset.kind), .r1),
            .map(.r1, descriptor: ring == .life ? maps.life : maps.refusals),
        ]
        point(.r2, at: Stack.event)
        self += [
            .reckon(.move, .r3, .number(Int32(EventOffset.bytes))),
            .reckon(.move, .r4, .number(0)), .call(.ringOutput),
            .jumpIf(.equal, .r0, .number(0), isIn),
        ]
        countLost(ring == .life ? Layout.lostLife : Layout.lostRefusals, maps)
        self += [.place(isIn)]
    }

    /// Adds one to a counter of what was lost.
    mutating func countLost(_ counter: Int16, _ maps: Maps) {
        self += [
            .memory(.r1, descriptor: maps.memory, word: counter),
            .reckon(.move, .r2, .number(1)), .add(at: .r1, 0, .r2),
        ]
    }

    /// Of a socket that is let go there is none to be had.
    private mutating func tellAddress(_ kind: EventKind, _ context: Context) {
        switch kind {
        case .refused, .bound: loadAddress(context)
        case .letGo: self += [.reckon(.move, .r8, .number(0)), .reckon(.move, .r9, .number(0))]
        }
        let address = Stack.event + EventOffset.address
        self += [
            .store(.double, at: .frame, address, .r8),
            .store(.double, at: .frame, address + 8, .r9),
        ]
    }

    /// Sixteen bytes of the program's name, or zeroes where it may not be asked for.
    private mutating func nameCommand(_ isNamed: Bool) {
        let name = Stack.event + EventOffset.command
        if isNamed {
            point(.r1, at: name)
            self += [.reckon(.move, .r2, .number(16)), .call(.command)]
        } else {
            self += [
                .reckon(.move, .r1, .number(0)), .store(.double, at: .frame, name, .r1),
                .store(.double, at: .frame, name + 8, .r1),
            ]
        }
    }
}
