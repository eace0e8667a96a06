// What the fuzzer gives is one or two configuration files, with a NUL between them, read and
// planned as at a start, and planned again as at a reload.

import Text

@testable import Reservations

/// libFuzzer calls it with each input.
@c(LLVMFuzzerTestOneInput)
public func takeInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let files = zip(["a", "b"] as [Text], parts).map { name, part in
        ConfigurationFile(Array(part), service: ServiceName(name), path: name)
    }
    let names: Text = "ipp 631/tcp printer\nipp 631/udp\nsyslog 514/udp\nshell 514/tcp cmd\n"
    let database = ServicesDatabase(names.bytes, path: "services")
    let plan = Plan(files, database: database)
    check(plan)
    readsAgain(plan)
    let change = Change(from: plan, to: Plan(files, database: database))
    guard change.added.isEmpty, change.removed.isEmpty else {
        fatalError("the same files change something")
    }
    let after = Plan(files, database: database, unread: [], after: plan)
    guard endpoints(after) == endpoints(plan) else { fatalError("a reload loses or finds ports") }
    return 0
}

private func endpoints(_ plan: Plan) -> Set<Endpoint> { Set(plan.entries.map(\.endpoint)) }

/// Each endpoint stands once and is found, and each reservation is one service's, once.
private func check(_ plan: Plan) {
    for (index, entry) in plan.entries.enumerated() {
        guard plan.index(of: entry.endpoint) == index else { fatalError("an endpoint is lost") }
        guard plan.services.indices.contains(entry.owner) else { fatalError("nobody's endpoint") }
    }
    for (number, service) in plan.services.enumerated() {
        let own = plan.reservations[service.reservations]
        guard Set(own.map(\.entry)).count == own.count else { fatalError("reserved twice") }
        for reservation in own {
            guard reservation.service == number, plan.entries.indices.contains(reservation.entry)
            else { fatalError("a reservation of somebody else") }
        }
    }
    guard isUTF8(plan.diagnostics.map(\.text).reduce(Text([]), +).bytes[...]) else {
        fatalError("a message is not UTF-8")
    }
}

/// The endpoints as a file writes them, read as one, are the same ones.
private func readsAgain(_ plan: Plan) {
    if plan.entries.count > 1_000 { return }
    let lines = plan.entries.reduce(Text([])) { $0 + $1.endpoint.text + "\n" }
    let file = ConfigurationFile(lines.bytes, service: ServiceName("c"), path: "c")
    let again = Plan([file], database: nil)
    guard again.diagnostics.isEmpty, endpoints(again) == endpoints(plan) else {
        fatalError("an endpoint reads otherwise than it was written")
    }
}
