/// The program that says who may bind: all but strangers to a rule.
///
/// `namesCommands` needs CAP_PERFMON at the load on newer kernels, about 6.16 on.
func bindProgram(
    isIPv6: Bool, _ maps: Maps, namesCommands: Bool
) -> Program {
    var program = Program()
    let (allow, refuse) = (program.label(), program.label())
    let context = Context.bind(isIPv6: isIPv6)
    program.findRule(context, maps, otherwise: allow)
    program.meetAddress(context, otherwise: allow)
    for place in 0..<RuleOffset.places { program.pass(place, to: allow) }
    program.passOwnSocket(maps, to: allow)
    program.noteCulprit(maps, whenTold: refuse)
    program.report(.refused, context, .refusals, maps, namesCommands: namesCommands)
    program += [
        .place(refuse),
        .reckon(.move, .r1, .number(-98)), .call(.setReturnValue),  // EADDRINUSE
        .reckon(.move, .r0, .number(0)), .exit,
    ]
    program.allow(at: allow)
    return program
}

extension Program {
    /// The end where nothing is refused.
    mutating func allow(at label: Label) {
        self += [.place(label), .reckon(.move, .r0, .number(1)), .exit]
    }

    /// Counts a refusal, of the rule and of who it is; leaves where one was reported of him for this
    /// key in the last second.
    fileprivate mutating func noteCulprit(_ maps: Maps, whenTold refuse: Label) {
        let (isNew, isDue) = (label(), label())
        self += [
            .reckon(.move, .r1, .number(1)), .add(at: .r7, RuleOffset.count, .r1),
            .call(.cgroup), .store(.double, at: .frame, Stack.culprit, .r0),
            .call(.userAndGroup), .store(.word, at: .frame, Stack.culprit + 8, .r0),
            .load(.word, .r1, at: .frame, Stack.key),
            .store(.word, at: .frame, Stack.culprit + 12, .r1),
            .call(.coarseTime), .reckon(.move, .r9, .register(.r0)),
            .map(.r1, descriptor: maps.culprits),
        ]
        point(.r2, at: Stack.culprit)
        self += [
            .call(.mapLookup), .jumpIf(.equal, .r0, .number(0), isNew),
            .reckon(.move, .r8, .register(.r0)),
            .reckon(.move, .r1, .number(1)), .add(at: .r8, 0, .r1),
            .load(.double, .r0, at: .r8, 8), .reckon(.move, .r2, .register(.r0)),
            .reckon(.move, .r1, .register(.r0)), .reckon(.add, .r1, .number(reportPauseNs)),
            .jumpIf(.less, .r9, .register(.r1), refuse),
            // Of many processors at once one reports.
            .exchange(at: .r8, 8, .r9), .jumpIf(.unequal, .r0, .register(.r2), refuse),
            .load(.double, .r1, at: .r8, 0), .jump(isDue),
            .place(isNew),
        ]
        addCulprit(maps, whenTold: refuse)
        self += [
            .place(isDue), .store(.double, at: .frame, Stack.event + EventOffset.count, .r1),
            .load(.double, .r1, at: .r7, RuleOffset.generation),
            .store(.double, at: .frame, Stack.event + EventOffset.generation, .r1),
        ]
    }

    /// Begins to count for one; r9 is the time, and the count is left in r1.
    private mutating func addCulprit(_ maps: Maps, whenTold refuse: Label) {
        self += [
            .reckon(.move, .r1, .number(1)), .store(.double, at: .frame, Stack.value, .r1),
            .store(.double, at: .frame, Stack.value + 8, .r9),
            .map(.r1, descriptor: maps.culprits),
        ]
        point(.r2, at: Stack.culprit)
        point(.r3, at: Stack.value)
        self += [
            .reckon(.move, .r4, .number(1)), .call(.mapUpdate),  // BPF_NOEXIST
            // Another processor was first, and reports: EEXIST.
            .jumpIf(.equal, .r0, .number(-17), refuse), .reckon(.move, .r1, .number(1)),
        ]
    }
}

/// Between two reports of one culprit and key.
private let reportPauseNs: Int32 = 1_000_000_000
