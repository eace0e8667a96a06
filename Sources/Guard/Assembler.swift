/// A program as it is put together.
struct Program {
    /// What it does, in order.
    private(set) var instructions: [Instruction] = []
    private var labelCount: Int16 = 0

    /// Begins with nothing.
    init() {}

    /// A new place, which `.place` says where it is.
    mutating func label() -> Label {
        labelCount += 1
        return Label(number: labelCount - 1)
    }

    /// Goes on with `more`.
    @inline(never)
    static func += (program: inout Program, more: [Instruction]) {
        program.instructions += more
    }

    /// The machine's words: eight bytes a slot, in the order in which they run.
    ///
    /// A jump to a place that is nowhere, or too far, is a mistake in the program, which no use of
    /// it survives.
    @inline(never)
    var words: [UInt64] {
        let places = places
        var words: [UInt64] = []
        for instruction in instructions {
            let next = words.count + 1
            switch instruction.kind {
            case .place: break
            case .plain: words.append(instruction.word)
            case .wide: words += [instruction.word & ~offsetMask, UInt64(instruction.offset) << 35]
            case .jump, .call:
                guard let place = places[instruction.offset] else { fatalError("no such place") }
                words.append(instruction.word(over: place - next))
            }
        }
        return words
    }

    /// Where each label is, in slots.
    private var places: [Int?] {
        var places = [Int?](repeating: nil, count: Int(labelCount))
        var count = 0
        for instruction in instructions {
            if instruction.kind == .place {
                precondition(places[instruction.offset] == nil, "two places of one label")
                places[instruction.offset] = count
            }
            count += instruction.slots
        }
        return places
    }
}

extension Instruction {
    /// How many slots it takes: an address of 64 bits takes two, a place none.
    var slots: Int {
        switch kind {
        case .place: 0
        case .plain, .jump, .call: 1
        case .wide: 2
        }
    }

    /// The word of a jump or a call over so many slots.
    fileprivate func word(over distance: Int) -> UInt64 {
        let known = word & ~offsetMask
        if kind == .call { return known | UInt64(UInt32(bitPattern: Int32(distance))) << 32 }
        return known | UInt64(UInt16(bitPattern: Int16(distance))) << 16
    }

    fileprivate enum Kind {
        case plain
        case wide
        case jump
        /// Of a place of this program; its distance takes the number's bits.
        case call
        case place
    }

    fileprivate var kind: Kind {
        let code = UInt8(truncatingIfNeeded: word)
        if code == wideCode { return .wide }
        if code == placeCode { return .place }
        if code == callCode { return word >> 12 & 0xf == 0 ? .plain : .call }
        return code & 7 == 5 && code != exitCode ? .jump : .plain
    }

    fileprivate var offset: Int { Int(UInt16(truncatingIfNeeded: word >> 16)) }
}

private let offsetMask: UInt64 = 0xffff_0000
