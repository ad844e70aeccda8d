import Foundation
import Testing

/// Whether the programs that others wrote take part: `make interop` installs them and asks for these tests, `make test`
/// leaves them out.
enum Strangers {
    static let takePart = ProcessInfo.processInfo.environment["PARTYLINE_INTEROP"] != nil
}
