internal import LinuxIO
internal import Reservations
internal import Text

extension Keeper {
    /// Has the next instance know what has changed since this was last called, before something is
    /// let go: nobody is to find it held who comes after us.
    @inline(never)
    mutating func remember() {
        if vault == nil { return }
        do throws(Errno) { try save() } catch { giveUpVault(error) }
    }

    /// Does something to the vault, where there is one; if that is refused, it is given up.
    @inline(never)
    mutating func tellVault(_ deed: (inout Vault?) throws(Errno) -> Void) {
        do throws(Errno) { try deed(&vault) } catch { giveUpVault(error) }
    }

    /// Leaves nothing to the next instance, since it could not be told something: a port is not to be
    /// kept by what we can take back no more.
    @inline(never)
    mutating func giveUpVault(_ refusal: Errno) {
        try? vault?.clear()
        vault = nil
        vaultRefusal = refusal
    }

    private mutating func save() throws(Errno) {
        for service in unsaved.all {
            let name = table.plan.services[service].name
            let remembered = remembered(service)
            let body: Text = remembered.isEmpty ? "" : text(of: remembered.numbers)
            try vault?.put(serviceKey(name), body)
        }
        unsaved = EntrySet()
        try saveHolds()
    }

    /// Has the next instance know nothing of services that are no more; all others it is to be told of
    /// anew.
    @inline(never)
    mutating func rememberAnew(after old: Plan) {
        for service in old.services where table.plan.service(service.name) == nil {
            drop(serviceKey(service.name))
        }
        unsaved = EntrySet(Array(table.plan.services.indices))
        saveHoldsAnew()
    }

    private borrowing func remembered(_ service: Int) -> Remembered {
        var remembered = Remembered(table.rule(of: service))
        for entry in table.entries(of: service)
        where table.claimant(of: entry) == service && table.state(of: entry).isRemembered {
            remembered.entries.append(
                Remembered.Entry(
                    table.plan.entries[entry].endpoint, table.state(of: entry),
                    due: deadlines[entry], since: since(entry)))
        }
        return remembered
    }

    /// Has a service stand where it stood for another instance, as far as that is still wanted.
    @inline(never)
    mutating func recall(_ remembered: Remembered, _ places: [Place], of service: Int) {
        table.recall(Rule(remembered, places), of: service)
        let own = EntrySet(table.entries(of: service))
        for one in remembered.entries {
            guard let recalled = table.recall(one, by: service, own) else { continue }
            note(since: one.since, recalled.entry)
            deadlines.set(
                recalled.entry, one.due ?? recalled.spanMs.map { monotonicMilliseconds() + $0 })
        }
    }

    /// Drops what another instance has left and nobody has any use for.
    @inline(never)
    mutating func drop(_ key: Text) {
        tellVault { vault throws(Errno) in try vault?.put(key, "") }
    }
}

extension VaultRecord {
    /// The service that it is of.
    var service: ServiceName? {
        let prefix = serviceKey(ServiceName("")).bytes
        if !key.bytes.starts(with: prefix) { return nil }
        return ServiceName(Text(key.bytes[prefix.count...]))
    }

    /// What stands in it, in numbers; nil: something else does.
    @inline(never)
    func numbers() -> [Int]? {
        var numbers: [Int] = []
        for word in words(of: body.bytes[...], between: UInt8(ascii: " ")) {
            guard let number = integer(word) else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}

private func serviceKey(_ name: ServiceName) -> Text {
    Text(("service " as Text).bytes + name.bytes)
}

/// Numbers as they stand in a record.
func text(of numbers: [Int]) -> Text {
    var bytes: [UInt8] = []
    for number in numbers {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
        appendDecimal(number, to: &bytes)
    }
    return Text(bytes)
}
