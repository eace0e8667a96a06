import Glibc
import LinuxIO
import Testing
import Text

@testable import Daemon

@Suite("the vault")
struct VaultTests {
    @Test("gives the next instance the last record of each key, with its descriptors")
    func last() throws {
        var vault = try Vault()
        try vault.put("a", "1")
        try vault.put("b", "1", [0, 1])
        try vault.put("a", "2", [0])
        try vault.put("c", "1")
        try vault.put("c", "")
        try vault.put("never there", "")

        #expect(try inherited(vault) == ["a": "2 with 1", "b": "1 with 2"])
        #expect(
            try inherited(vault) == ["a": "2 with 1", "b": "1 with 2"], "and the one after that")
    }

    @Test(
        "does not grow with what is replaced, and has nothing but the last of it once it is purged")
    func bounded() throws {
        var vault = try Vault()
        try vault.put("still", "1", [0, 0, 0])
        for turn in 0..<1_000 { try vault.put("a", "\(turn)", [0]) }
        #expect(try contents(vault).count <= 4)
        try vault.purge()
        #expect(try contents(vault) == ["a\u{0}999", "still\u{0}1"])
        try vault.put("a", "")
        try vault.purge()
        #expect(try contents(vault) == ["still\u{0}1"])
        try vault.clear()
        #expect(try contents(vault) == [])
    }

    @Test("leaves out what is no record, says how many, and keeps the others")
    func unreadable() throws {
        var vault = try Vault()
        try vault.put("a", "1")
        for text in ["portreserve 2 b\u{0}new", "portreserve 1 without an end", "garbage"] {
            try vault.queue.send(Array(text.utf8), with: [0])
        }
        try vault.put("c", "3")

        #expect(try inherited(vault, unreadable: 3) == ["a": "1 with 0", "c": "3 with 0"])
        #expect(try inherited(vault) == ["a": "1 with 0", "c": "3 with 0"])
    }

    @Test("loses nothing, and brings nothing back, whenever its instance is killed")
    func killed() async {
        await #expect(processExitsWith: .success) {
            var vault = try Vault()
            var dice = SystemRandomNumberGenerator()
            for key: Text in ["a", "b", "c"] { try vault.put(key, "0", [0]) }
            // One that is killed before it has counted says nothing.
            var (rounds, kills) = (0, 0)
            while kills < 100, rounds < 10_000 {
                let before = try numbers(in: vault)
                rounds += 1
                switch try ThisProcess.fork() {
                case .child: try count(into: vault.queue)
                case .parent(let child):
                    usleep(UInt32.random(in: 0..<3_000, using: &dice))
                    kill(child, SIGKILL)
                    _ = try ThisProcess.signalThatEnded(child)
                }
                let found = try numbers(in: vault)
                if found != before { kills += 1 }
                // They are counted in turn, so no two are more than one apart.
                #expect(
                    found.count == 3 && found[0] >= found[1] && found[1] >= found[2], "\(found)")
                #expect(found.first ?? 0 <= (found.last ?? 0) + 1, "\(found)")
            }
            #expect(kills == 100, "it has counted")
        }
    }
}

/// Puts a growing number into three records, one after the other, until it is killed.
private func count(into queue: borrowing Descriptor) throws {
    var records: [VaultRecord] = []
    var unreadable = 0
    var vault = try Vault(
        Descriptor(owning: dup(queue.number)), &records, unreadable: &unreadable)
    let keys: [Text] = ["a", "b", "c"]
    var counts = keys.map { key in records.first { $0.key == key }?.numbers()?.first ?? 0 }
    for _ in 0..<Int.max {
        let next = counts[2] < counts[1] ? 2 : counts[1] < counts[0] ? 1 : 0
        counts[next] += 1
        try vault.put(keys[next], "\(counts[next])", [0])
    }
}

private func numbers(in vault: borrowing Vault) throws -> [Int] {
    let found = try inherited(vault)
    return found.sorted { $0.key < $1.key }.compactMap { Int($0.value.dropLast(" with 1".count)) }
}

/// What the next instance gets, with how many descriptors.
private func inherited(
    _ vault: borrowing Vault, unreadable expected: Int = 0
) throws -> [String: String] {
    var records: [VaultRecord] = []
    var unreadable = 0
    var next = try Vault(
        Descriptor(owning: dup(vault.queue.number)), &records, unreadable: &unreadable)
    try next.purge()
    #expect(unreadable == expected)
    return Dictionary(
        uniqueKeysWithValues: records.map {
            ($0.key.description, "\($0.body) with \($0.handles.count)")
        })
}

/// All that is in it, in any order, without what it begins with.
private func contents(_ vault: borrowing Vault) throws -> [String] {
    var texts: [String] = []
    while let bytes = try vault.queue.first(most: 1_000, { _ in }) {
        texts.append(String(decoding: bytes.dropFirst("portreserve 1 ".count), as: UTF8.self))
        try vault.queue.dropFirst()
    }
    for text in texts { try vault.queue.send(Array("portreserve 1 \(text)".utf8), with: []) }
    return texts.sorted()
}
