import Testing
import Text

private struct Colour: Writable {
    let text: Text
}

@Suite("text") struct TextTests {
    @Test("a message is put together from literals, texts, numbers and what can be written")
    func interpolation() {
        let port: UInt16 = 631
        let name: Text = "cups"
        let colour = Colour(text: "green")

        #expect(
            ("\(port)/tcp of \(name) is \(colour)" as Text).description
                == "631/tcp of cups is green")
        #expect(("" as Text).isEmpty)
        #expect(("\(-7)\(0)" as Text).description == "-70")
    }

    @Test("a literal's bytes are its UTF-8")
    func literal() {
        #expect(("é" as Text).bytes == [0xc3, 0xa9])
    }

    @Test("two texts are equal when their bytes are, whatever Unicode says")
    func equality() {
        let composed: Text = "\u{e9}"
        let decomposed: Text = "e\u{301}"

        #expect(composed != decomposed)
        #expect(composed.description == decomposed.description, "Unicode calls them equal")
        #expect(Set([composed, decomposed, composed]).count == 2)
    }

    @Test(
        "texts are ordered byte by byte",
        arguments: [
            ("", "a"), ("a", "b"), ("a", "aa"), ("Z", "a"), ("10", "9"), ("a", "\u{e9}"),
        ] as [(Text, Text)])
    func order(less: Text, more: Text) {
        #expect(less < more)
        #expect(!(more < less))
        #expect(!(less < less))
    }

    @Test("what is appended stands at the end")
    func appending() {
        var text: Text = "a"
        text.append("bc")
        text.append(0xff)

        #expect(text.bytes == [0x61, 0x62, 0x63, 0xff])
        #expect((text + "d").bytes == [0x61, 0x62, 0x63, 0xff, 0x64])
    }

    @Test("a slice is taken as it is, without its surroundings")
    func slice() {
        let bytes: [UInt8] = [1, 2, 3, 4]

        #expect(Text(bytes[1..<3]).bytes == [2, 3])
    }
}
