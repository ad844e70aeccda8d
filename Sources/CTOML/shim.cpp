// toml++ asserts what a text may look like where it has not looked yet, and assumes it where assertions are off: neither,
// since it tells the fault by itself a step later.
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_UNRELEASED_FEATURES 0
#include <toml++/toml.h>

#include "include/CTOML.h"

namespace {
struct walker {
    void *context;
    void (*receive)(void *, const ctoml_item *);

    void give(ctoml_item item) const { receive(context, &item); }

    void walk(const toml::node &node, const toml::key *key) const {
        const auto &source = key ? key->source() : node.source();
        ctoml_item item{};
        item.line = source.begin.line;
        item.column = source.begin.column;
        if (key) {
            item.key = key->data();
            item.key_length = key->length();
        }
        if (const auto *table = node.as_table()) {
            item.kind = CTOML_TABLE;
            give(item);
            for (const auto &[name, value] : *table) walk(value, &name);
            end();
        } else if (const auto *array = node.as_array()) {
            item.kind = CTOML_ARRAY;
            give(item);
            for (const auto &value : *array) walk(value, nullptr);
            end();
        } else if (const auto *string = node.as_string()) {
            item.kind = CTOML_STRING;
            item.text = string->get().data();
            item.text_length = string->get().size();
            give(item);
        } else if (const auto *integer = node.as_integer()) {
            item.kind = CTOML_INTEGER;
            item.integer = integer->get();
            give(item);
        } else if (const auto *boolean = node.as_boolean()) {
            item.kind = CTOML_BOOLEAN;
            item.integer = boolean->get() ? 1 : 0;
            give(item);
        } else {
            item.kind = CTOML_OTHER;
            give(item);
        }
    }

    void end() const {
        ctoml_item item{};
        item.kind = CTOML_END;
        give(item);
    }
};
}  // namespace

void ctoml_read(
    const char *text, size_t length, void *context, void (*receive)(void *context, const ctoml_item *item)) {
    walker walker{context, receive};
    const auto result = toml::parse(std::string_view{text, length});
    if (result) {
        walker.walk(result.table(), nullptr);
        return;
    }
    const auto words = result.error().description();
    ctoml_item item{};
    item.kind = CTOML_FAULT;
    item.line = result.error().source().begin.line;
    item.column = result.error().source().begin.column;
    item.text = words.data();
    item.text_length = words.size();
    walker.give(item);
}
