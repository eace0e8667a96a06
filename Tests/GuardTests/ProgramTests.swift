import Testing

@testable import Guard

/// The encodings are those that bpf/standardization/instruction-set.rst of Linux gives.
@Suite("a program's words")
struct ProgramTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let instruction: Instruction
        let words: [UInt64]

        init(_ claim: String, _ instruction: Instruction, _ words: UInt64...) {
            (testDescription, self.instruction, self.words) = (claim, instruction, words)
        }
    }

    static let rows = [
        Row("r6 = r1", .reckon(.move, .r6, .register(.r1)), 0x0000_0000_0000_16bf),
        Row("r0 = 1", .reckon(.move, .r0, .number(1)), 0x0000_0001_0000_00b7),
        Row("r1 = -98", .reckon(.move, .r1, .number(-98)), 0xffff_ff9e_0000_01b7),
        Row("r2 += -4", .reckon(.add, .r2, .number(-4)), 0xffff_fffc_0000_0207),
        Row("r9 += r8", .reckon(.add, .r9, .register(.r8)), 0x0000_0000_0000_890f),
        Row("r8 &= 1023", .reckon(.and, .r8, .number(1023)), 0x0000_03ff_0000_0857),
        Row("r7 |= r1", .reckon(.or, .r7, .register(.r1)), 0x0000_0000_0000_174f),
        Row("r8 <<= 7", .reckon(.shiftLeft, .r8, .number(7)), 0x0000_0007_0000_0867),
        Row("r1 >>= 56", .reckon(.shiftRight, .r1, .number(56)), 0x0000_0038_0000_0177),
        Row("r7 = be16 r7", .fromNetworkOrder(.r7), 0x0000_0010_0000_07dc),
        Row("r7 = *(u32 *)(r6 + 24)", .load(.word, .r7, at: .r6, 24), 0x0000_0000_0018_6761),
        Row("r8 = *(u16 *)(r2 + 0)", .load(.half, .r8, at: .r2, 0), 0x0000_0000_0000_2869),
        Row("r1 = *(u8 *)(r2 + 1)", .load(.byte, .r1, at: .r2, 1), 0x0000_0000_0001_2171),
        Row("r1 = *(u64 *)(r9 - 8)", .load(.double, .r1, at: .r9, -8), 0x0000_0000_fff8_9179),
        Row(
            "*(u64 *)(fp - 88) = r0", .store(.double, at: .frame, -88, .r0),
            0x0000_0000_ffa8_0a7b),
        Row(
            "*(u32 *)(fp - 4) = r7", .store(.word, at: .frame, -4, .r7), 0x0000_0000_fffc_7a63),
        Row("lock *(u64 *)(r9 + 48) += r1", .add(at: .r9, 48, .r1), 0x0000_0000_0030_19db),
        Row(
            "r0 = cmpxchg(r9 + 24, r0, r8)", .exchange(at: .r9, 24, .r8), 0x0000_00f1_0018_89db),
        Row("w2 = 0xffff0000", .low(.r2, 0xffff_0000), 0xffff_0000_0000_02b4),
        Row(
            "r1 = map 5", .map(.r1, descriptor: 5), 0x0000_0005_0000_1118, 0),
        Row(
            "r2 = memory of map 5, at 131072", .memory(.r2, descriptor: 5, word: 16_384),
            0x0000_0005_0000_2218, 0x0002_0000_0000_0000),
        Row("call 122", .call(.networkCookie), 0x0000_007a_0000_0085),
        Row("call 187", .call(.setReturnValue), 0x0000_00bb_0000_0085),
        Row("exit", .exit, 0x0000_0000_0000_0095),
    ]

    @Test("are the kernel's for each instruction", arguments: rows)
    func encoding(row: Row) {
        var program = Program()
        program += [row.instruction]
        #expect(program.words == row.words)
    }

    static let conditions: [(Condition, UInt64)] = [
        (.equal, 0x15), (.greater, 0x25), (.atLeast, 0x35), (.anyBit, 0x45), (.unequal, 0x55),
        (.less, 0xa5), (.atMost, 0xb5),
    ]

    @Test(
        "jump forwards and back over slots, of which a long constant is two", arguments: conditions)
    func jumps(condition: Condition, code: UInt64) {
        var program = Program()
        let (back, end) = (program.label(), program.label())
        program += [
            .place(back), .jumpIf(condition, .r0, .register(.r1), end),
            .map(.r2, descriptor: 7), .jumpIf(condition, .r3, .number(-1), back), .jump(end),
            .jump(back), .place(end), .exit,
        ]
        #expect(
            program.words == [
                0x0005_1000 | code | 0x08, 0x0000_0007_0000_1218, 0,
                0xffff_ffff_fffc_0300 | code, 0x0000_0000_0001_0005, 0x0000_0000_fffa_0005, 0x95,
            ])
    }

    @Test("call a function further on, or one further back")
    func calls() {
        var program = Program()
        let function = program.label()
        program += [
            .call(function), .map(.r2, descriptor: 7), .exit, .place(function), .exit,
            .call(function),
        ]
        #expect(
            program.words == [
                0x0000_0003_0000_1085, 0x0000_0007_0000_1218, 0, 0x95, 0x95,
                0xffff_fffe_0000_1085,
            ])
    }

    @Test("take as many slots as they say", arguments: rows)
    func slots(row: Row) { #expect(row.instruction.slots == row.words.count) }

    @Test("a jump to nowhere is our bug, and so are two places of one label")
    func mistakes() async {
        await #expect(processExitsWith: .failure) {
            var program = Program()
            let nowhere = program.label()
            program += [.jump(nowhere), .exit]
            _ = program.words
        }
        await #expect(processExitsWith: .failure) {
            var program = Program()
            let twice = program.label()
            program += [.place(twice), .place(twice), .exit]
            _ = program.words
        }
    }
}
