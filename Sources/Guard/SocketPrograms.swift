/// The program that tells of a bind that has worked, and keeps the socket for `letGoProgram`.
func boundProgram(
    isIPv6: Bool, _ maps: Maps, namesCommands: Bool
) -> Program {
    var program = Program()
    let leave = program.label()
    let context = Context.socket(isIPv6: isIPv6)
    program.findRule(context, maps, otherwise: leave)
    program.meetAddress(context, otherwise: leave)
    program.passOwnSocket(maps, to: leave)
    program.keepSocket(maps)
    program.closePlace()
    program.report(.bound, context, .life, maps, namesCommands: namesCommands)
    program.allow(at: leave)
    return program
}

/// The program that tells of a kept socket that no process has any more.
func letGoProgram(_ maps: Maps, namesCommands: Bool) -> Program {
    var program = Program()
    let leave = program.label()
    program += [
        .reckon(.move, .r6, .register(.r1)), .call(.socketCookie),
        .store(.double, at: .frame, Stack.event + EventOffset.cookie, .r0),
        .map(.r1, descriptor: maps.bound),
    ]
    program.point(.r2, at: Stack.event + EventOffset.cookie)
    program += [
        .call(.mapLookup), .jumpIf(.equal, .r0, .number(0), leave),
        .load(.double, .r1, at: .r0, 0), .store(.double, at: .frame, Stack.key, .r1),
        .load(.double, .r1, at: .r0, 8),
        .store(.double, at: .frame, Stack.event + EventOffset.generation, .r1),
        .reckon(.move, .r1, .number(0)),
        .store(.double, at: .frame, Stack.event + EventOffset.count, .r1),
        .map(.r1, descriptor: maps.bound),
    ]
    program.point(.r2, at: Stack.event + EventOffset.cookie)
    program += [.call(.mapDelete)]
    program.report(.letGo, .socket(isIPv6: false), .life, maps, namesCommands: namesCommands)
    program.allow(at: leave)
    return program
}

extension Program {
    /// Puts the socket into `bound`, or counts that there was no room.
    fileprivate mutating func keepSocket(_ maps: Maps) {
        let isIn = label()
        self += [
            .load(.double, .r1, at: .frame, Stack.key),
            .store(.double, at: .frame, Stack.value, .r1),
            .load(.double, .r1, at: .r7, RuleOffset.generation),
            .store(.double, at: .frame, Stack.value + 8, .r1),
            .store(.double, at: .frame, Stack.event + EventOffset.generation, .r1),
            .reckon(.move, .r4, .number(0)),
            .store(.double, at: .frame, Stack.event + EventOffset.count, .r4),
            .map(.r1, descriptor: maps.bound),
        ]
        point(.r2, at: Stack.event + EventOffset.cookie)
        point(.r3, at: Stack.value)
        self += [.call(.mapUpdate), .jumpIf(.equal, .r0, .number(0), isIn)]
        countLost(Layout.lostSockets, maps)
        self += [.place(isIn)]
    }

    /// Where the last place is open, and the binder has no other: makes it his session's alone.
    ///
    /// That is two levels below, `user.slice/user-1.slice/session-1.scope`, or one. The daemon, told
    /// of the bind, would be too late.
    fileprivate mutating func closePlace() {
        let (keep, isIn, isFound) = (label(), label(), label())
        let last = RuleOffset.places - 1
        loadOpen(last, otherwise: keep)
        for place in 0..<last { pass(place, to: keep) }
        pass(last, to: isIn)
        self += [.jump(keep), .place(isIn)]
        // Read anew, since `pass` has changed it; and it may have been closed in between.
        loadOpen(last, otherwise: keep)
        for levels: Int32 in [2, 1] {
            self += [
                .reckon(.move, .r9, .register(.r8)), .reckon(.shiftRight, .r9, .number(56)),
                .reckon(.and, .r9, .number(127)), .reckon(.add, .r9, .number(levels)),
                .reckon(.move, .r1, .register(.r9)), .call(.ancestorCgroup),
                .jumpIf(.unequal, .r0, .number(0), isFound),
            ]
        }
        self += [
            .jump(keep), .place(isFound),
            .reckon(.shiftLeft, .r9, .number(56)), .reckon(.or, .r9, .register(.r0)),
            .reckon(.move, .r0, .register(.r8)), .exchange(at: .r7, RuleOffset.place(last), .r9),
            .place(keep),
        ]
    }

    private mutating func loadOpen(_ place: Int16, otherwise keep: Label) {
        self += [
            .load(.double, .r8, at: .r7, RuleOffset.place(place)),
            .reckon(.move, .r1, .register(.r8)),
            .reckon(.shiftRight, .r1, .number(63)), .jumpIf(.equal, .r1, .number(0), keep),
        ]
    }
}
