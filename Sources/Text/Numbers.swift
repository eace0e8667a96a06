extension Text {
    /// The number in decimal digits.
    @inline(never)
    public init(decimal number: Int) {
        var digits: [UInt8] = []
        appendDecimal(number, to: &digits)
        self.init(digits)
    }

    /// The number in lower case hexadecimal digits.
    @inline(never)
    public init(hexadecimal number: UInt) {
        var digits: [UInt8] = []
        appendDigits(of: number, radix: 16, to: &digits)
        self.init(digits)
    }
}

extension Text {
    /// The character of that number in UTF-8; it is no surrogate and at most U+10FFFF.
    public init(scalar: UInt32) {
        func tail(_ shift: UInt32) -> UInt8 {
            0x80 | UInt8(truncatingIfNeeded: scalar >> shift) & 0x3f
        }
        func head(_ shift: UInt32, _ mark: UInt8) -> UInt8 { mark | UInt8(scalar >> shift) }
        switch scalar {
        case 0..<0x80: self.init([UInt8(scalar)])
        case 0..<0x800: self.init([head(6, 0xc0), tail(0)])
        case 0..<0x10000: self.init([head(12, 0xe0), tail(6), tail(0)])
        case _: self.init([head(18, 0xf0), tail(12), tail(6), tail(0)])
        }
    }
}

/// Writes the number in decimal digits behind what is in `bytes`.
public func appendDecimal(_ number: Int, to bytes: inout [UInt8]) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    appendDigits(of: number.magnitude, radix: 10, to: &bytes)
}

@inline(never)
private func appendDigits(of number: UInt, radix: UInt, to bytes: inout [UInt8]) {
    var low = bytes.count
    var rest = number
    repeat {
        let digit = UInt8(rest % radix)
        bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        rest /= radix
    } while rest > 0
    var high = bytes.count - 1
    while low < high {
        bytes.swapAt(low, high)
        (low, high) = (low + 1, high - 1)
    }
}

/// The number that `digits` are, nil for anything else or for more than nine of them.
public func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(digits.count), isDigits(digits) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
}

/// The number that `appendDecimal` has written, nil for anything else.
@inline(never)
public func integer(_ word: ArraySlice<UInt8>) -> Int? {
    let isNegative = word.first == UInt8(ascii: "-")
    let digits = isNegative ? word.dropFirst() : word
    guard isDigits(digits), digits.count < 20 else { return nil }
    // Nineteen digits are always less than 2 to the 64th.
    let magnitude = digits.reduce(0 as UInt) { $0 &* 10 &+ UInt($1 - UInt8(ascii: "0")) }
    return Int(bitPattern: isNegative ? 0 &- magnitude : magnitude)
}

/// Whether there is something, and nothing but decimal digits.
public func isDigits(_ text: ArraySlice<UInt8>) -> Bool {
    !text.isEmpty && text.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
}

/// The number that up to four hexadecimal `digits` are, nil for anything else.
public func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt16? {
    guard (1...4).contains(digits.count) else { return nil }
    var number: UInt16 = 0
    for digit in digits {
        let value: UInt8
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = digit - UInt8(ascii: "A") + 10
        case _: return nil
        }
        number = number << 4 | UInt16(value)
    }
    return number
}

/// `1 port`, `3 ports`: the number and its noun.
@inline(never)
public func counted(_ count: Int, _ one: StaticString, _ many: StaticString) -> Text {
    "\(count) \(Text(stringLiteral: count == 1 ? one : many))"
}
