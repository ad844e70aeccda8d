import Foundation

package struct Impatience: Error {
    package init() {}
}

/// Looks again every 10 ms until the condition holds; false when it never did.
package func eventually(within seconds: Double, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Date().addingTimeInterval(seconds)
    while true {
        if try condition() { return true }
        if Date() > deadline { return false }
        usleep(10_000)
    }
}
