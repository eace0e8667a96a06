import Testing
import Text

@testable import Varlink

/// Bytes as a table writes them.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Text that is put together.
func text(_ text: String) -> Text { Text(bytes(text)) }

/// What a text is as JSON.
func read(_ text: String) throws -> JSON { try JSON(reading: bytes(text)[...]) }

/// Why bytes are no JSON, nil where they are.
func refusal(_ bytes: [UInt8]) -> JSONError.Reason? {
    do throws(JSONError) {
        _ = try JSON(reading: bytes[...])
        return nil
    } catch {
        #expect((0...bytes.count).contains(error.offset))
        return error.reason
    }
}

/// Why a text is no JSON, nil where it is.
func refusal(_ text: String) -> JSONError.Reason? { refusal(bytes(text)) }

extension Reply {
    /// The message, with its NUL.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }
}
