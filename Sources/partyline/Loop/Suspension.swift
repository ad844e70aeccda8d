import Glibc

enum Suspension {
    /// Stops this process and those it runs among (a `make` in front of it, say), as Ctrl-Z in a shell would.
    /// Returns when it goes on: after `fg`, or at once where no shell is there to bring it back.
    static func stopProcessGroup() {
        // The others first, and for ourselves a signal to this very thread: one to the process could be taken by
        // another thread, and this one would run on for a moment and paint over the shell.
        signal(SIGTSTP, SIG_IGN)
        kill(0, SIGTSTP)
        signal(SIGTSTP, SIG_DFL)
        var stop = sigset_t()
        sigemptyset(&stop)
        sigaddset(&stop, SIGTSTP)
        var before = sigset_t()
        pthread_sigmask(SIG_UNBLOCK, &stop, &before)
        pthread_kill(pthread_self(), SIGTSTP)
        pthread_sigmask(SIG_SETMASK, &before, nil)
    }
}
