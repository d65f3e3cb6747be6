#include "btree/tree_edits.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/arithmetic.hpp"
#include "btree/key_text.hpp"
#include "btree/tree_commit.hpp"
#include "mvcc/store.hpp"

namespace vitrine::btree {
namespace {

ByteSpan bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

const TreeKind& catalog_kind() {
    static const TreeKind kind{"string", "root", false, ValueForm::word};
    return kind;
}

TreeEdits::TreeEdits(mvcc::Transaction& transaction) : transaction_(transaction) {}

TreeEdits::~TreeEdits() {
    for (const auto& edit : edits_) edit->detach();
    if (catalog_) catalog_->detach();
}

// The base's, unless it is collected as garbage.
const ObjectVersion* TreeEdits::peek(ObjectId id) const {
    if (!transaction_.sees(id)) return nullptr;
    const ObjectVersion* found = transaction_.base().peek(id);
    if (found != nullptr && found->type() == kTreeHeaderType) transaction_.note_use(id);
    return found;
}

TreeEdit& TreeEdits::catalog() {
    if (!catalog_)
        catalog_ =
            std::make_shared<TreeEdit>(*this, "", catalog_kind(), TreeEdit::State{.id = kCatalog});
    return *catalog_;
}

TreeEdit* TreeEdits::find(ObjectId id) {
    for (const auto& edit : edits_)
        if (edit->state().id == id && !edit->state().unmade) return edit.get();
    return nullptr;
}

std::optional<TreeKind> TreeEdits::kind_of(ObjectId id) {
    if (TreeEdit* edit = find(id)) {
        if (edit->state().erased) return std::nullopt;
        return edit->kind();
    }
    const mvcc::Epoch::Guard guard;
    const ObjectVersion* header = peek(id);
    if (header == nullptr || header->type() != kTreeHeaderType) return std::nullopt;
    return btree::kind_of(header->aux<TreeHeaderView>());
}

std::shared_ptr<TreeEdit> TreeEdits::opened(ObjectId id, const TreeKind& kind) {
    const std::string what = fmt::format("tree #{}", id.value);
    for (const auto& edit : edits_) {
        if (edit->state().id != id || edit->state().unmade) continue;
        if (edit->state().erased) throw NotFoundError(what + " was erased in this transaction");
        require_kind(edit->kind(), kind, what);
        return edit;
    }
    if (id == kCatalog) throw NotFoundError("there is no " + what);
    {
        const mvcc::Epoch::Guard guard;
        const ObjectVersion* header = peek(id);
        if (header == nullptr) throw NotFoundError("there is no " + what);
        if (header->type() != kTreeHeaderType)
            throw TypeError(fmt::format("object #{} is not a tree", id.value));
        require_kind(btree::kind_of(header->aux<TreeHeaderView>()), kind, what);
    }
    edits_.push_back(std::make_shared<TreeEdit>(*this, "", kind, TreeEdit::State{.id = id}));
    return edits_.back();
}

std::shared_ptr<TreeEdit> TreeEdits::named(std::string_view name, const TreeKind& kind) {
    if (const auto known = names_.find(name); known != names_.end()) {
        require_kind(known->second->kind(), kind,
                     fmt::format("tree {}", bytes_text(bytes_of(name))));
        return known->second;
    }
    std::shared_ptr<TreeEdit> edit;
    if (catalog().look(bytes_of(name))) {
        // The name decides which tree this is: giving it away meanwhile is a conflict.
        const ObjectId id{word_of(catalog().find(bytes_of(name))->bytes)};
        const std::optional<TreeKind> stored = kind_of(id);
        if (!stored && (find(id) != nullptr || !transaction_.find(id)))
            throw NotFoundError(
                fmt::format("the tree of root {} was erased", bytes_text(bytes_of(name))));
        if (!stored)
            throw TypeError(fmt::format("root {} is not a tree", bytes_text(bytes_of(name))));
        require_kind(*stored, kind, fmt::format("tree {}", bytes_text(bytes_of(name))));
        edit = opened(id, kind);
    } else {
        // Absent: whoever makes it first, both can go on, so nothing is recorded.
        edit = std::make_shared<TreeEdit>(*this, std::string(name), kind, TreeEdit::State{});
        edits_.push_back(edit);
    }
    names_.emplace(name, edit);
    return edit;
}

std::shared_ptr<TreeEdit> TreeEdits::made(const TreeKind& kind) {
    const ObjectId id = transaction_.store().allocate_id();
    edits_.push_back(
        std::make_shared<TreeEdit>(*this, "", kind, TreeEdit::State{.id = id, .made = true}));
    return edits_.back();
}

std::shared_ptr<TreeEdit> TreeEdits::restored(ObjectId id, const TreeKind& kind) {
    for (const auto& edit : edits_) {
        if (edit->state().id != id || !edit->state().erased || edit->kind() != kind) continue;
        edit->state().erased = false;  // cleared it stays
        return edit;
    }
    if (!transaction_.sees(id))
        throw ConflictError(fmt::format("tree #{} is being collected as garbage", id.value),
                            transaction_.base().version(), {.tree = core::to_ref(id)});
    if (!id || id == kCatalog || find(id) != nullptr || transaction_.base().find(id))
        throw UsageError(fmt::format("tree #{} cannot come back: the id is in use", id.value));
    edits_.push_back(std::make_shared<TreeEdit>(
        *this, "", kind, TreeEdit::State{.id = id, .made = true, .returns = true}));
    return edits_.back();
}

void TreeEdits::bind(TreeEdit& edit) {
    TreeEdit::State& state = edit.state();
    state.id = transaction_.store().allocate_id();
    state.made = true;
    const std::uint64_t id = state.id.value;
    catalog().put(bytes_of(edit.name()), std::as_bytes(std::span(&id, 1)));
}

void TreeEdits::release_name(std::string_view name) {
    const auto known = names_.find(name);
    if (known == names_.end()) return;
    TreeEdit& edit = *known->second;
    if (!edit.state().id && edit.writes()) bind(edit);
    names_.erase(known);
}

void TreeEdits::erase_tree(ObjectId id, const TreeKind& kind) {
    TreeEdit& edit = *opened(id, kind);
    edit.clear();
    edit.state().erased = true;
}

bool TreeEdits::writes() const {
    if (catalog_ && catalog_->writes()) return true;
    for (const auto& edit : edits_)
        if (!edit->state().unmade && (edit->writes() || edit->reported())) return true;
    return false;
}

std::size_t TreeEdits::mark() {
    std::vector<TreeEdit::State> states;
    states.push_back(catalog().state());
    for (const auto& edit : edits_) states.push_back(edit->state());
    marks_.push_back(std::move(states));
    return marks_.size();
}

void TreeEdits::rollback_to(std::size_t mark) {
    // Mark 0: before this participant was there. Marks after this one may go; they are invalid.
    std::vector<TreeEdit::State> states;
    if (mark != 0) {
        states = marks_[mark - 1];
        marks_.resize(mark);
    } else {
        marks_.clear();
        states.push_back(TreeEdit::State{.id = kCatalog});
    }
    catalog().state() = states.front();
    for (std::size_t i = 0; i < edits_.size(); ++i) {
        TreeEdit::State& state = edits_[i]->state();
        if (i + 1 < states.size()) {
            state = states[i + 1];
        } else if (state.made && edits_[i]->name().empty()) {
            state.unmade = true;
            state.ops.clear();
        } else {
            // Opened later: as it was at the base.
            state = TreeEdit::State{.id = edits_[i]->name().empty() ? state.id : ObjectId{}};
        }
    }
    // Names given away or taken since may stand for something else again.
    std::erase_if(names_, [&](const auto& known) {
        const auto in_catalog = catalog().look(bytes_of(known.first));
        const ObjectId id = in_catalog ? ObjectId{word_of(in_catalog->bytes)} : ObjectId{};
        return known.second->state().unmade || known.second->state().id != id;
    });
    for (const auto& edit : edits_)
        if (!edit->name().empty() && !edit->state().id && !catalog().look(bytes_of(edit->name())))
            names_.emplace(edit->name(), edit);
}

ObjectId TreeEdits::resolve(TreeEdit& edit, mvcc::CommitContext& context) {
    if (edit.state().id) return edit.state().id;
    NewestNodes nodes(context);
    // What this transaction does to the name itself comes before what it stands for now.
    const Op* own = catalog().state().ops.find(bytes_of(edit.name()));
    const ObjectVersion* header = own == nullptr ? context.newest(kCatalog) : nullptr;
    if (header != nullptr) {
        const Place place =
            find_place(nodes, state_of(header->aux<TreeHeaderView>()), bytes_of(edit.name()));
        if (place.found()) {
            const ObjectId id{word_of(place.leaf->value(place.position.index))};
            const ObjectVersion* tree = context.newest(id);
            if (tree == nullptr || tree->type() != kTreeHeaderType ||
                btree::kind_of(tree->aux<TreeHeaderView>()) != edit.kind())
                throw ConflictError(
                    fmt::format("root {} was made something else by commit {}",
                                bytes_text(bytes_of(edit.name())), place.version->born().value()),
                    place.version->born(), {.key = edit.name()});
            return id;
        }
    }
    if (!edit.state().comes) return {};
    const ObjectId id = context.allocate();
    if (own != nullptr && own->kind == Op::Kind::put)
        return id;  // given away: a tree without a name
    // Not an ordinary put, which would record a write of the user's: this one was just looked up.
    catalog().put(bytes_of(edit.name()), std::as_bytes(std::span(&id.value, 1)));
    return id;
}

void TreeEdits::sequence(mvcc::CommitContext& context) {
    std::vector<TreeCommit> commits;
    for (const auto& edit : edits_) {
        if (edit->state().unmade || (!edit->writes() && edit->reads().empty())) continue;
        const ObjectId id = resolve(*edit, context);
        if (!id) continue;
        for (const TreeCommit& other : commits) {
            if (other.id() != id) continue;
            const Version with = context.newest(kCatalog)->born();
            throw ConflictError(fmt::format("{} was made one tree with another by commit {}",
                                            edit->describe(), with.value()),
                                with, {.key = edit->name()});
        }
        commits.emplace_back(context, *edit, id);
    }
    if (catalog_) commits.emplace_back(context, *catalog_, kCatalog);
    for (TreeCommit& commit : commits) commit.validate();
    for (TreeCommit& commit : commits) commit.apply();
}

}  // namespace vitrine::btree
