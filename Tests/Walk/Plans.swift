import Reservations
import Text

extension World {
    /// Reads the configuration as it is now.
    mutating func replan() {
        let old = table
        let plan = Plan(files(), database: nil)
        let change = Change(from: old.plan, to: plan)
        table = Table(plan, keeping: change, of: old)
        for entry in change.removed { forget(slotOf[entry]) }
        index()
        for pair in change.kept { checkKept(pair, old) }
        for entry in plan.entries.indices { rule(anew: slotOf[entry]) }
        run(table.reconcile())
        for entry in change.added { give(.started, slotOf[entry]) }
    }

    private func files() -> [ConfigurationFile] {
        services.indices.filter { services[$0].isPresent }.map { number in
            var text = services[number].isUnguarded ? "unguarded\n" : ""
            for (port, slot) in slots.enumerated() where slot.claimants.contains(number) {
                text += "\(port + 1)/\(slot.transport == .tcp ? "tcp" : "udp")"
                text += (slot.share ? " share" : "") + (slot.permanent ? " permanent\n" : "\n")
            }
            return ConfigurationFile(Array(text.utf8), service: name(number), path: "file")
        }
    }

    private func name(_ number: Int) -> ServiceName {
        let letter = UInt8(ascii: services[number].isRenamed ? "t" : "s")
        return ServiceName(Text([letter, UInt8(ascii: "0") + UInt8(number)]))
    }

    private mutating func index() {
        serviceOf = Array(repeating: -1, count: table.plan.services.count)
        for number in services.indices {
            services[number].index = table.plan.service(name(number)) ?? -1
            let index = services[number].index
            if index >= 0 { serviceOf[index] = number }
        }
        slotOf = table.plan.entries.map { Int($0.endpoint.port) - 1 }
        for slot in slots.indices { slots[slot].entry = -1 }
        for (entry, slot) in slotOf.enumerated() { slots[slot].entry = entry }
    }

    /// What is no more in the plan is let go of.
    private mutating func forget(_ slot: Int) {
        let old = slots[slot]
        slots[slot] = Slot(
            transport: old.transport, share: old.share, permanent: old.permanent,
            claimants: old.claimants, holder: old.holder, holderChild: old.holderChild)
        for kind in [Kind.freed, .bound, .identified, .ownersGone, .wake] {
            schedule[kind, slot] = never
        }
    }

    /// A file may have come or gone that says `unguarded`.
    private mutating func rule(anew slot: Int) {
        let entry = slots[slot].entry
        guard table.keeping(of: entry) == .guarded else {
            slots[slot].rule = .none
            return
        }
        switch slots[slot].state {
        case .planned: slots[slot].rule = .none
        case .held, .busy(_, isAsked: false), .failed, .binding: slots[slot].rule = .nobody
        case .released, .serving, .idle, .busy(_, isAsked: true):
            slots[slot].rule = .service(serviceOf[table.claimant(of: entry)])
        }
    }

    private mutating func checkKept(_ pair: Change.Pair, _ old: Table) {
        let slot = slotOf[pair.new]
        if table.state(of: pair.new) != old.state(of: pair.old) {
            fail("what stays in the plan has changed its state", slot)
        }
        let before = old.plan.services[old.claimant(of: pair.old)].name
        let after = table.plan.services[table.claimant(of: pair.new)].name
        if before == after { return }
        // Another service's places may say something else of it.
        slots[slot].vowedTo = -1
        if let known = table.plan.service(before), table.entries(of: known).contains(pair.new) {
            fail("what stays in the plan is another's", slot)
        }
    }
}
