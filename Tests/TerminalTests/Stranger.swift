import Foundation
import Glibc
import Harness
import Testing

/// A program that has a port and says nothing.
final class Stranger {
    private let child: Child
    var process: pid_t { child.number }

    init(at address: String) throws {
        let parts = address.split(separator: ":").map(String.init)
        let script = """
            import socket, time
            listener = socket.create_server(('\(parts[0])', \(parts[1])))
            print('listening', flush=True)
            time.sleep(60)
            """
        child = try Child(["python3", "-c", script])
        #expect(child.greeting().hasPrefix("listening"))
    }
}
