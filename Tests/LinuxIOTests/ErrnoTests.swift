import Glibc
import Testing
import Text

@testable import LinuxIO

@Suite("a refusal of the kernel") struct ErrnoTests {
    @Test(
        "reads as libc's sentence",
        arguments: [
            (EACCES, "Permission denied"), (EADDRINUSE, "Address already in use"),
            (ENOENT, "No such file or directory"), (0, "Success"), (12_345, "Unknown error 12345"),
        ])
    func text(number: Int32, sentence: String) {
        #expect(Errno(number).text.description == sentence)
    }

    @Test("is thrown as it is")
    func thrown() {
        let refused = refusal { () throws(Errno) in
            try ask {
                errno = EACCES
                return Int32(-1)
            }
        }

        #expect(refused == .accessDenied)
    }

    @Test("is no refusal when the call was interrupted: it is made again")
    func interrupted() throws {
        var calls = 0

        let answer = try ask {
            calls += 1
            errno = EINTR
            return calls < 4 ? Int32(-1) : 7
        }

        #expect(answer == 7)
        #expect(calls == 4)
    }

    @Test("ends the process where it can only be our bug", arguments: [EBADF, EFAULT])
    func bug(number: Int32) async {
        await #expect(processExitsWith: .failure) { [number] in
            _ = try ask {
                errno = number
                return Int32(-1)
            }
        }
    }
}

@Suite("a path") struct PathTests {
    @Test("reaches the kernel with one NUL at its end")
    func pointer() throws {
        let length = try unsafe Path("/a/é").withPointer { unsafe strlen($0) }

        #expect(length == 5)
    }
}
