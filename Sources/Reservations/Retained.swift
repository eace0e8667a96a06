internal import Text

/// An endpoint that a service had, and that its file cannot be trusted to have given up.
struct Retained {
    let service: ServiceName
    let path: Text
    let endpoint: Endpoint
    let share: Bool
    let permanent: Bool
    let line: Int
}

extension Plan {
    /// Plans `files` after `old`: what a service had stays its own where its file is wrong now, or
    /// could not be read, so that no slip of a pen costs a port.
    ///
    /// `unread` are services whose files could not be read.
    public init(
        _ files: [ConfigurationFile], database: ServicesDatabase?, unread: [ServiceName],
        after old: Plan
    ) {
        let plain = Plan(files, database: database)
        let retained = plain.retained(of: Set(plain.wrongServices + unread), old)
        if retained.isEmpty {
            self = plain
            return
        }
        var files = files
        for name in unread where plain.service(name) == nil {
            guard let number = old.service(name) else { continue }
            files.append(ConfigurationFile([], service: name, path: old.services[number].path))
        }
        self.init(files, database: database, retained: retained)
        for (path, count) in counts(retained) {
            let ports = counted(count, "port", "ports")
            diagnostics.append(Diagnostic(path, "keeping \(ports) that it named before"))
        }
    }

    /// What the services of those names had, and nobody has in this plan.
    private func retained(of names: Set<ServiceName>, _ old: Plan) -> [Retained] {
        old.reservations.compactMap { reservation in
            let service = old.services[reservation.service]
            let entry = old.entries[reservation.entry]
            guard names.contains(service.name), index(of: entry.endpoint) == nil else { return nil }
            return Retained(
                service: service.name, path: service.path, endpoint: entry.endpoint,
                share: entry.share, permanent: entry.permanent, line: reservation.line)
        }
    }
}

private func counts(_ retained: [Retained]) -> [(Text, Int)] {
    var counts: [(Text, Int)] = []
    for one in retained {
        if let last = counts.last, last.0 == one.path {
            counts[counts.count - 1].1 += 1
        } else {
            counts.append((one.path, 1))
        }
    }
    return counts
}
