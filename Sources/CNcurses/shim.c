#define NCURSES_WIDECHAR 1
#define _GNU_SOURCE
#include <curses.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "CNcurses.h"

const int32_t cn_key_up = KEY_UP, cn_key_down = KEY_DOWN, cn_key_left = KEY_LEFT, cn_key_right = KEY_RIGHT,
              cn_key_home = KEY_HOME, cn_key_end = KEY_END, cn_key_page_up = KEY_PPAGE, cn_key_page_down = KEY_NPAGE,
              cn_key_insert = KEY_IC, cn_key_delete = KEY_DC, cn_key_backspace = KEY_BACKSPACE,
              cn_key_enter = KEY_ENTER, cn_key_back_tab = KEY_BTAB, cn_key_f0 = KEY_F0, cn_key_resize = KEY_RESIZE,
              cn_key_shift_left = KEY_SLEFT, cn_key_shift_right = KEY_SRIGHT, cn_key_keypad_centre = KEY_B2,
              cn_key_shift_home = KEY_SHOME, cn_key_shift_end = KEY_SEND, cn_key_shift_up = KEY_SR,
              cn_key_shift_down = KEY_SF, cn_key_mouse = KEY_MOUSE;

/* Whether the cursor is shown: -1 when that is not known. */
static int shown = -1;
/* Keys are read from a pad: wgetch on a window would refresh it. */
static WINDOW *keys;

/* What a crash has to undo: the shell's modes, and what is to be written where (-1 for nowhere). */
static struct termios former;
static char farewell[256];
static size_t farewell_length;
static volatile sig_atomic_t guarded = -1;

int cn_memory(void) { return memfd_create("screen", MFD_CLOEXEC); }

void *cn_open(const char *term, int terminal, FILE *output, FILE *input)
{
    int problem;
    struct termios modes;
    shown = -1;
    tcgetattr(fileno(input), &former);
    SCREEN *screen = newterm(term, output, input);
    if (screen == NULL || setupterm(term, terminal, &problem) == ERR) return NULL;
    /* As newterm does it where `output` is a terminal: lines end as they are told to. */
    if (tcgetattr(terminal, &modes) == 0) {
        modes.c_lflag &= ~(tcflag_t) (ECHO | ECHONL);
        modes.c_iflag &= ~(tcflag_t) (ICRNL | INLCR | IGNCR);
        modes.c_oflag &= ~(tcflag_t) ONLCR;
        tcsetattr(terminal, TCSADRAIN, &modes);
        def_prog_mode();
    }
    return screen;
}

int cn_can_move_cursor(void) { return cursor_address != NULL && clear_screen != NULL; }

int cn_configure(int escape_delay_ms)
{
    set_escdelay(escape_delay_ms);
    if (raw() == ERR || noecho() == ERR) return -1;
    nonl();
    intrflush(stdscr, FALSE);
    /* A refresh is not put off because keys wait: they are read first anyway. */
    typeahead(-1);
    leaveok(stdscr, FALSE);
    scrollok(stdscr, FALSE);
    if (keys == NULL) keys = newpad(1, 1);
    if (keys == NULL) return -1;
    keypad(keys, TRUE);
    nodelay(keys, TRUE);
    meta(keys, TRUE);
    return 0;
}

void cn_close(void *screen)
{
    if (keys != NULL) delwin(keys);
    keys = NULL;
    endwin();
    delscreen(screen);
}

int cn_end(void) { return endwin() == ERR ? -1 : 0; }
int cn_rows(void) { return LINES; }
int cn_columns(void) { return COLS; }
int cn_resize(int height, int width) { return resizeterm(height, width) == ERR ? -1 : 0; }
void cn_repaint_all(void) { clearok(stdscr, TRUE); }

int cn_start_colours(int *has_default)
{
    *has_default = 0;
    if (!has_colors() || start_color() == ERR) return 0;
    *has_default = use_default_colors() == OK;
    return COLORS;
}

int cn_pair(int foreground, int background) { return alloc_pair(foreground, background); }

static attr_t look(int attributes)
{
    attr_t attrs = A_NORMAL;
    if (attributes & CN_BOLD) attrs |= A_BOLD;
    if (attributes & CN_DIM) attrs |= A_DIM;
    if (attributes & CN_REVERSE) attrs |= A_REVERSE;
    if (attributes & CN_UNDERLINE) attrs |= A_UNDERLINE;
    if (attributes & CN_LINE_DRAWING) attrs |= A_ALTCHARSET;
    return attrs;
}

void cn_put(int y, int x, const uint32_t *scalars, int count, int attributes, int pair)
{
    wchar_t text[CCHARW_MAX + 1];
    int length = 0;
    for (; length < count && length < CCHARW_MAX; length++) text[length] = (wchar_t) scalars[length];
    text[length] = L'\0';
    cchar_t cell;
    if (setcchar(&cell, text, look(attributes), 0, &pair) == OK) mvwadd_wch(stdscr, y, x, &cell);
}

void cn_put_one(int y, int x, uint32_t scalar, int attributes, int pair)
{
    cn_put(y, x, &scalar, 1, attributes, pair);
}

int cn_width(uint32_t scalar) { return wcwidth((wchar_t) scalar); }

void cn_refresh(int y, int x, int visible)
{
    if (visible != shown || isendwin()) {
        curs_set(visible ? 1 : 0);
        shown = visible;
    }
    wmove(stdscr, y, x);
    wrefresh(stdscr);
}

void cn_beep(void) { beep(); }

int32_t cn_read_key(void)
{
    int key = wgetch(keys);
    return key == ERR ? -1 : key;
}

const char *cn_key_name(int32_t key) { return keyname(key); }

void cn_define_key(const char *sequence, int32_t key) { define_key(sequence, key); }

/* A terminfo string without the pauses for terminals of former times. */
static void append(const char *text)
{
    if (text == NULL || text == (const char *) -1) return;
    while (*text != '\0' && farewell_length < sizeof farewell) {
        if (text[0] == '$' && text[1] == '<') {
            while (*text != '\0' && *text != '>') text++;
            if (*text == '>') text++;
        } else {
            farewell[farewell_length++] = *text++;
        }
    }
}

/* Only what POSIX allows in a handler: write, tcsetattr, raise. The signal's own action follows: the process ends as it
   would have, and whoever waits for it sees by what. */
static void crashed(int number)
{
    int output = guarded;
    guarded = -1;
    if (output >= 0) {
        ssize_t written = write(output, farewell, farewell_length);
        (void) written;
        tcsetattr(output, TCSANOW, &former);
    }
    raise(number);
}

void cn_guard(int output, const char *modes_off)
{
    static const int crashes[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGQUIT};
    struct sigaction action = {.sa_handler = crashed, .sa_flags = SA_RESETHAND | SA_NODEFER};
    farewell_length = 0;
    append(modes_off);
    append(exit_attribute_mode);
    append(cursor_normal);
    append(keypad_local);
    append(exit_ca_mode);
    guarded = output;
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) sigaction(crashes[i], &action, NULL);
}

void cn_unguard(void) { guarded = -1; }
