/// Where a program's context has what is asked for; offsets of linux/bpf.h.
struct Context {
    let isIPv6: Bool
    let family: Int16
    let transport: Int16
    let port: Int16
    /// Whether the port is in network order.
    let isForeign: Bool
    /// Of IPv4 one word, of IPv6 the first of four.
    let address: Int16

    /// Of `struct bpf_sock_addr`.
    static func bind(isIPv6: Bool) -> Context {
        Context(
            isIPv6: isIPv6, family: 28, transport: 36, port: 24, isForeign: true,
            address: isIPv6 ? 8 : 4)
    }

    /// Of `struct bpf_sock`.
    static func socket(isIPv6: Bool) -> Context {
        Context(
            isIPv6: isIPv6, family: 4, transport: 12, port: 44, isForeign: false,
            address: isIPv6 ? 28 : 24)
    }
}

/// What the programs keep on their stacks, as offsets from its end.
enum Stack {
    /// The key, and the rule's number behind it.
    static let key: Int16 = -8
    static let rule: Int16 = -4
    /// A culprit: cgroup, user, key.
    static let culprit: Int16 = -24
    /// What a map gets for a key, two words.
    static let value: Int16 = -40
    static let event: Int16 = -144
}

extension Program {
    /// Makes a register point to what is on the stack.
    mutating func point(_ register: Register, at offset: Int16) {
        self += [
            .reckon(.move, register, .register(.frame)),
            .reckon(.add, register, .number(Int32(offset))),
        ]
    }

    /// Ends where no rule is for the port; else goes on as a function of its own, with the context in
    /// r6 and the rule in r7; its number and the key are on the stack.
    ///
    /// Every bind of the machine comes through here: a port without a rule is to cost the least. On
    /// x86-64 a function saves what it changes of r6 to r9, and the first one changes none.
    mutating func findRule(
        _ context: Context, _ maps: Maps, otherwise leave: Label
    ) {
        let (isFree, rest, isKnown) = (label(), label(), label())
        self += [.load(.word, .r2, at: .r1, context.port)]
        if context.isForeign { self += [.fromNetworkOrder(.r2)] }
        self += [
            // Bit 4 tells 17 from 6. A branch would leave two ways with other bounds each, which the
            // verifier refuses to a loader without CAP_PERFMON.
            .load(.word, .r3, at: .r1, context.transport),
            .reckon(.and, .r3, .number(16)), .reckon(.shiftLeft, .r3, .number(12)),
            .reckon(.and, .r2, .number(0xffff)), .reckon(.or, .r2, .register(.r3)),
            .memory(.r4, descriptor: maps.memory, word: Int16(Layout.table / 8)),
            .reckon(.add, .r4, .register(.r2)), .reckon(.add, .r4, .register(.r2)),
            .load(.half, .r3, at: .r4, 0), .jumpIf(.equal, .r3, .number(0), isFree),
            .call(rest), .exit,
        ]
        allow(at: isFree)
        self += [
            .place(rest), .reckon(.move, .r6, .register(.r1)),
            .reckon(.move, .r7, .register(.r3)), .reckon(.move, .r8, .register(.r2)),
            .load(.word, .r3, at: .r6, context.transport),
            .jumpIf(.equal, .r3, .number(6), isKnown),
            .jumpIf(.unequal, .r3, .number(17), leave), .place(isKnown),
        ]
        keepRule(maps)
        self += [
            .reckon(.move, .r1, .register(.r6)), .call(.networkCookie),
            .memory(.r1, descriptor: maps.memory, word: Layout.network),
            .load(.double, .r1, at: .r1, 0), .jumpIf(.unequal, .r0, .register(.r1), leave),
        ]
    }

    /// Puts the key in r8 and the rule's number in r7 on the stack; r7 is the rule from then on.
    private mutating func keepRule(_ maps: Maps) {
        self += [
            .store(.word, at: .frame, Stack.key, .r8),
            .reckon(.and, .r7, .number(Int32(Layout.rules - 1))),
            .store(.word, at: .frame, Stack.rule, .r7),
            .reckon(.shiftLeft, .r7, .number(7)),
            .memory(.r1, descriptor: maps.memory, word: 0), .reckon(.add, .r7, .register(.r1)),
        ]
    }

    /// Goes on where the rule is for every address, or for one that the bind would take.
    mutating func meetAddress(_ context: Context, otherwise leave: Label) {
        let (meets, compare, isForSome) = (label(), label(), label())
        self += [
            .load(.double, .r1, at: .r7, RuleOffset.flags),
            .jumpIf(.anyBit, .r1, .number(RuleFlag.hasAddresses), isForSome), .jump(meets),
            .place(isForSome),
        ]
        loadAddress(context)
        if context.isIPv6 {
            let isOther = label()
            self += [
                .jumpIf(.unequal, .r8, .number(0), isOther),
                .jumpIf(.equal, .r9, .number(0), meets), .place(isOther),
            ]
        }
        self += [
            .jumpIf(.unequal, .r8, .number(0), compare),
            .low(.r2, mappedPrefix), .jumpIf(.unequal, .r9, .register(.r2), compare),
            .jumpIf(.anyBit, .r1, .number(RuleFlag.hasIPv4), meets), .jump(leave),
            .place(compare),
        ]
        for index in 0..<RuleOffset.addresses {
            let address = RuleOffset.address(index)
            let next = label()
            self += [
                .load(.double, .r1, at: .r7, address),
                .jumpIf(.unequal, .r1, .register(.r8), next),
                .load(.double, .r1, at: .r7, address + 8),
                .jumpIf(.equal, .r1, .register(.r9), meets), .place(next),
            ]
        }
        self += [.jump(leave), .place(meets)]
    }

    /// The address in the form of IPv6: its first half in r8, its second in r9, as memory has them.
    mutating func loadAddress(_ context: Context) {
        if !context.isIPv6 {
            self += [
                .load(.word, .r9, at: .r6, context.address),
                .reckon(.shiftLeft, .r9, .number(32)), .low(.r2, mappedPrefix),
                .reckon(.or, .r9, .register(.r2)), .reckon(.move, .r8, .number(0)),
            ]
            return
        }
        for (half, offset) in [(Register.r8, context.address), (.r9, context.address + 8)] {
            self += [
                .load(.word, half, at: .r6, offset), .load(.word, .r2, at: .r6, offset + 4),
                .reckon(.shiftLeft, .r2, .number(32)), .reckon(.or, half, .register(.r2)),
            ]
        }
    }

    /// Leaves where the caller is in the rule's place of that number, or below it.
    @inline(never)
    mutating func pass(_ place: Int16, to isIn: Label) {
        let next = label()
        self += [
            .load(.double, .r8, at: .r7, RuleOffset.place(place)),
            .jumpIf(.equal, .r8, .number(0), next),
            .reckon(.move, .r1, .register(.r8)), .reckon(.shiftRight, .r1, .number(56)),
            .reckon(.and, .r1, .number(127)), .call(.ancestorCgroup),
            // A caller that is in no cgroup of that level has the id 0, and so has no place.
            .reckon(.shiftLeft, .r8, .number(8)), .reckon(.shiftLeft, .r0, .number(8)),
            .jumpIf(.equal, .r0, .register(.r8), isIn), .place(next),
        ]
    }

    /// Leaves where it is the socket that the daemon itself binds now; its cookie is then told.
    mutating func passOwnSocket(_ maps: Maps, to allow: Label) {
        self += [
            .reckon(.move, .r1, .register(.r6)), .call(.socketCookie),
            .store(.double, at: .frame, Stack.event + EventOffset.cookie, .r0),
            .memory(.r1, descriptor: maps.memory, word: Layout.own),
            .load(.double, .r1, at: .r1, 0), .jumpIf(.equal, .r0, .register(.r1), allow),
        ]
    }
}
