#pragma once
// The fields that are wanted of each row, as a tree of names.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "CSimdJSON.h"

namespace freshwire {

constexpr int32_t no_node = -1;

struct PlanNode {
    std::string name;
    int32_t first_child = no_node;
    /// The next child of the same parent; they are in the order in which they were asked for.
    int32_t next_sibling = no_node;
    int32_t slot = -1;
    bool numeric_text = false;
};

}  // namespace freshwire

struct sjson_plan {
    std::vector<freshwire::PlanNode> nodes{1};
    int32_t slot_count = 0;

    /// The child of `parent` with that name. The search begins at `expected`, because devices send
    /// their fields in the same order each time.
    int32_t child(
        int32_t parent, int32_t expected, const uint8_t *name, size_t length) const noexcept {
        const int32_t first = nodes[parent].first_child;
        for (int32_t node = expected; node != freshwire::no_node; node = nodes[node].next_sibling) {
            if (is_called(node, name, length)) return node;
        }
        for (int32_t node = first; node != expected; node = nodes[node].next_sibling) {
            if (is_called(node, name, length)) return node;
        }
        return freshwire::no_node;
    }

    int32_t add_child(int32_t parent, const uint8_t *name, size_t length) {
        freshwire::PlanNode node;
        node.name.assign(reinterpret_cast<const char *>(name), length);
        nodes.push_back(std::move(node));
        const auto added = static_cast<int32_t>(nodes.size()) - 1;
        int32_t *link = &nodes[parent].first_child;
        while (*link != freshwire::no_node) link = &nodes[*link].next_sibling;
        *link = added;
        return added;
    }

private:
    bool is_called(int32_t node, const uint8_t *name, size_t length) const noexcept {
        const std::string &own = nodes[node].name;
        return own.size() == length && std::memcmp(own.data(), name, length) == 0;
    }
};
