/// The folder of the built programs, from the environment: `make e2e` sets PORTRESERVE_PROGRAMS.

import Glibc

enum Programs {
    static let names = ["portreserve", "portrelease", "portreservectl", generator]
    static let generator = "portreserve-generator"

    static var folder: String {
        get throws {
            guard let folder = unsafe getenv("PORTRESERVE_PROGRAMS") else {
                throw Trouble(
                    "PORTRESERVE_PROGRAMS is not set: `make e2e` builds the programs and sets it")
            }
            return unsafe String(cString: folder)
        }
    }

    static func path(of name: String) throws -> String {
        let path = try "\(folder)/\(name)"
        guard unsafe access(path, X_OK) == 0 else {
            throw Trouble("\(path): \(Errno.last); `make e2e` builds it")
        }
        return path
    }
}
