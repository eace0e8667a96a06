/// Finds a number by protocol and port, in two steps and without hashing; ports that nobody
/// names cost nothing.
struct PortIndex {
    private var pages = [[Int32]](repeating: [], count: 512)

    /// The number kept for that port, nil where there is none; numbers are 0 or more.
    subscript(transport: TransportProtocol, port: UInt16) -> Int? {
        get {
            let key = Int(transport.rawValue) << 16 | Int(port)
            let page = pages[key >> 8]
            if page.isEmpty || page[key & 255] < 0 { return nil }
            return Int(page[key & 255])
        }
        set {
            assert(newValue ?? 0 >= 0, "a number below 0 means none")
            let key = Int(transport.rawValue) << 16 | Int(port)
            if pages[key >> 8].isEmpty {
                pages[key >> 8] = Array(repeating: -1, count: 256)
            }
            pages[key >> 8][key & 255] = newValue.map { Int32($0) } ?? -1
        }
    }
}
