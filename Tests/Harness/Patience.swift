import Foundation

package struct Impatience: Error {
    package init() {}
}

/// Looks again until the condition holds, at first after 10 ms and ever more rarely down to every 50: a look at a screen
/// starts a program, and whoever waits long would leave less time to those waited for. False when it never did.
package func eventually(within seconds: Double, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Date().addingTimeInterval(seconds)
    var pause: UInt32 = 10_000
    while true {
        if try condition() { return true }
        if Date() > deadline { return false }
        usleep(pause)
        pause = min(pause + pause / 4, 50_000)
    }
}
