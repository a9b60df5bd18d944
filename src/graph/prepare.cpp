#include "graph/prepare.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <openvino/op/util/multi_subgraph_base.hpp>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "graph/axis_symbols.hpp"
#include "graph/fold_constants.hpp"
#include "graph/fold_rules.hpp"

namespace octet {

namespace {

using rewrite::Editor;
using rewrite::Node;
using rewrite::Rules;

using RuleTable = std::map<ov::DiscreteTypeInfo, std::vector<rewrite::Rewrite>>;

RuleTable make_table(const std::vector<Rules>& families) {
    RuleTable table;
    for (const auto& family : families) {
        for (const auto& rule : family) {
            table[rule.type].push_back(rule.rewrite);
        }
    }
    return table;
}

// Names first: what an activation or a normalization is made of must not be merged with its neighbours.
const RuleTable& recognizing_rules() {
    static const RuleTable table =
        make_table({rewrite::identity_rules(), rewrite::canonical_rules(), rewrite::activation_rules(),
                    rewrite::gelu_rules(), rewrite::normalization_rules()});
    return table;
}

const RuleTable& merging_rules() {
    static const RuleTable table =
        make_table({rewrite::identity_rules(), rewrite::canonical_rules(), rewrite::chain_rules(),
                    rewrite::scale_shift_rules(), rewrite::activation_rules()});
    return table;
}

bool apply_first(const RuleTable& table, const Node& node, Editor& editor) {
    const auto rules = table.find(node->get_type_info());
    if (rules == table.end() || !node->get_control_dependencies().empty() || !node->get_control_dependents().empty()) {
        return false;
    }
    for (const auto rule : rules->second) {
        try {
            if (rule(node, editor)) {
                return true;
            }
        } catch (const std::exception& error) {
            // Nothing was edited yet: a rewrite builds its operations, which OpenVINO checks, before it puts them in.
            editor.note(node->get_friendly_name(), "left as it is: " + essential_line(error.what()));
        }
    }
    return false;
}

// One walk over the model in topological order; what a rewrite puts in is looked at at once.
bool run_once(ov::Model& model, const RuleTable& table, std::vector<Change>& log) {
    Editor editor(model, log);
    bool changed = false;
    for (auto node : model.get_ordered_ops()) {
        constexpr int kMaxRewritesInARow = 64;
        for (int i = 0; i < kMaxRewritesInARow && node && editor.is_in_model(*node); ++i) {
            if (!apply_first(table, node, editor)) {
                break;
            }
            changed = true;
            node = editor.take_fresh();
        }
    }
    if (changed && model.is_dynamic()) {
        model.validate_nodes_and_infer_types();  // for what is now known of sizes further down
    }
    return changed;
}

void run_to_the_end(ov::Model& model, const RuleTable& table, std::vector<Change>& log) {
    constexpr int kMaxWalks = 16;
    for (int walk = 0; walk < kMaxWalks && run_once(model, table, log); ++walk) {
    }
}

void rewrite_with_bodies(ov::Model& model, std::vector<Change>& log) {
    run_to_the_end(model, recognizing_rules(), log);
    run_to_the_end(model, merging_rules(), log);
    for (const auto& node : model.get_ordered_ops()) {
        if (const auto owner = ov::as_type_ptr<ov::op::util::MultiSubGraphOp>(node)) {
            for (const auto& body : owner->get_functions()) {
                rewrite_with_bodies(*body, log);
            }
        }
    }
}

}  // namespace

std::vector<Change> prepare(ov::Model& model, bool fold) {
    std::vector<Change> log;
    try {
        {
            const rewrite::AxisSymbols symbols(model);
            if (const auto folded = rewrite::fold_constants(model, fold)) {
                log.push_back(
                    {"Prepare", "", std::to_string(folded) + " operations on constants and static shapes computed"});
            }
            if (fold) {
                rewrite_with_bodies(model, log);
            }
        }
        model.validate_nodes_and_infer_types();
    } catch (const ov::Exception& error) {
        throw Error(ErrorCode::InvalidModel, model.get_friendly_name(),
                    "cannot be folded (it may be quantized unfolded): " + essential_line(error.what()));
    }
    return log;
}

}  // namespace octet
