/* ncursesw's macros and the few calls we need as plain functions. No policy. <curses.h> stays out of this header: its
   macros and its `bool` would leak into Swift. Functions that can fail return 0 for success and -1 for failure. */
#ifndef CNCURSES_H
#define CNCURSES_H

#include <stdint.h>
#include <stdio.h>

enum {
    CN_BOLD = 1,
    CN_DIM = 2,
    CN_REVERSE = 4,
    CN_UNDERLINE = 8,
    CN_LINE_DRAWING = 16,
};

/* A key that is not a byte: what cn_read_key returns is above CN_KEYS. */
enum { CN_KEYS = 0x100 };
extern const int32_t cn_key_up, cn_key_down, cn_key_left, cn_key_right, cn_key_home, cn_key_end, cn_key_page_up,
    cn_key_page_down, cn_key_insert, cn_key_delete, cn_key_backspace, cn_key_enter, cn_key_back_tab, cn_key_f0,
    cn_key_resize, cn_key_shift_left, cn_key_shift_right, cn_key_keypad_centre, cn_key_shift_home, cn_key_shift_end,
    cn_key_shift_up, cn_key_shift_down;

/* A file in memory, or -1. */
int cn_memory(void);
/* newterm, and setupterm: the screen, or NULL when `term` is unknown or cannot move the cursor. What is to be sent goes to
   `output`, which need be no terminal; the modes are those of `terminal`. The size is not known yet: cn_resize. */
void *cn_open(const char *term, int terminal, FILE *output, FILE *input);
/* 1 when the terminal can place the cursor. */
int cn_can_move_cursor(void);
/* Raw keys without echo, no line end translation, no wait for the rest of an escape sequence longer than `ms`. */
int cn_configure(int escape_delay_ms);
/* endwin and delscreen. */
void cn_close(void *screen);
/* endwin: back to the shell's modes. Painting again takes the screen back. */
int cn_end(void);
/* From now on a crash (a trap, a fault, abort, SIGQUIT) still gives the terminal back before it ends the process: writes
   `modes_off` and what terminfo says to `output`, and sets the modes that were there before cn_open. What cannot be caught
   (SIGKILL) and a stack that is full cannot be helped. */
void cn_guard(int output, const char *modes_off);
void cn_unguard(void);
int cn_rows(void);
int cn_columns(void);
int cn_resize(int height, int width);

/* Has the next refresh paint everything anew. */
void cn_repaint_all(void);

/* start_color and use_default_colors: how many colours, 0 when there are none; `has_default` is 1 when the terminal's own
   foreground and background can be kept. */
int cn_start_colours(int *has_default);
/* alloc_pair: -1 when there is none left. */
int cn_pair(int foreground, int background);

/* Puts one cell: `count` scalars of which the first is the base and the others marks. */
void cn_put(int y, int x, const uint32_t *scalars, int count, int attributes, int pair);
void cn_put_one(int y, int x, uint32_t scalar, int attributes, int pair);
/* How many columns the C library gives a scalar in this locale; -1 when it cannot be painted. */
int cn_width(uint32_t scalar);
/* Places the cursor, shows or hides it, and sends all changes to the terminal. */
void cn_refresh(int y, int x, int visible);
void cn_beep(void);

/* The next byte (0 to 255) or key (above CN_KEYS), or -1 when nothing is there. Never waits but for the rest of an
   escape sequence. */
int32_t cn_read_key(void);
/* The terminfo name of a key that has no name of its own ("kLFT5": Left with Ctrl), or NULL. */
const char *cn_key_name(int32_t key);
/* Has `sequence` arrive as `key`; with a NULL sequence the key is known no longer. */
void cn_define_key(const char *sequence, int32_t key);
extern const int32_t cn_key_mouse;

#endif
