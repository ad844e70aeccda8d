/* toml++ as one plain function: it is in C++, and says where in the text everything stands. No policy. */
#ifndef CTOML_H
#define CTOML_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    CTOML_TABLE,   /* its entries follow, then CTOML_END */
    CTOML_ARRAY,   /* its items follow, then CTOML_END */
    CTOML_END,
    CTOML_STRING,  /* `text` */
    CTOML_INTEGER, /* `integer` */
    CTOML_BOOLEAN, /* `integer`, 0 or 1 */
    CTOML_OTHER,   /* a fraction, a date or a time */
    CTOML_FAULT,   /* the text is no TOML; `text` says why. Nothing follows */
} ctoml_kind;

typedef struct {
    ctoml_kind kind;
    /* Of an entry of a table; NULL for an item of an array. */
    const char *key;
    size_t key_length;
    /* Of the key, or where there is none of the value; both from 1. */
    uint32_t line, column;
    const char *text;
    size_t text_length;
    int64_t integer;
} ctoml_item;

/* Reads a document and gives it item by item; what the pointers lead to is gone after each call. */
void ctoml_read(
    const char *text, size_t length, void *context, void (*receive)(void *context, const ctoml_item *item));

#ifdef __cplusplus
}
#endif
#endif
