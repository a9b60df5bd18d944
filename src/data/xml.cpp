#include "data/xml.hpp"

#include <algorithm>
#include <utility>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr int kDeepest = 64;
const std::pair<std::string_view, char> kEntities[] = {
    {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}};

class Reader {
public:
    Reader(std::string_view text, const std::string& where) : text_(text), where_(where) {}

    XmlElement document() {
        skip_prolog();
        XmlElement root = element(0);
        skip_prolog();
        if (at_ != text_.size()) {
            refuse("expected the end behind the root element");
        }
        return root;
    }

private:
    [[noreturn]] void refuse(const std::string& what) const {
        const auto line = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n') + 1;
        throw Error(ErrorCode::InvalidData, where_ + ":" + std::to_string(line), "is no XML that can be read: " + what);
    }

    bool is_at(std::string_view what) const {
        return text_.substr(at_).starts_with(what);
    }

    void skip_past(std::string_view end) {
        const auto found = text_.find(end, at_);
        if (found == std::string_view::npos) {
            refuse("expected " + std::string(end));
        }
        at_ = found + end.size();
    }

    /// Blanks, comments and declarations.
    void skip_prolog() {
        if (at_ == 0 && is_at("\xEF\xBB\xBF")) {
            at_ = 3;
        }
        for (;;) {
            while (at_ < text_.size() && is_blank(text_[at_])) {
                ++at_;
            }
            if (is_at("<!--")) {
                skip_past("-->");
            } else if (is_at("<?")) {
                skip_past("?>");
            } else if (is_at("<!DOCTYPE")) {
                skip_past(">");
            } else {
                return;
            }
        }
    }

    static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    std::string name() {
        const std::size_t first = at_;
        while (at_ < text_.size() && !is_blank(text_[at_]) &&
               std::string_view("<>/=\"'&").find(text_[at_]) == std::string_view::npos) {
            ++at_;
        }
        if (at_ == first) {
            refuse("expected a name");
        }
        return std::string(text_.substr(first, at_ - first));
    }

    /// Up to `>`; true where the element ends with it.
    bool attributes() {
        for (;;) {
            if (at_ >= text_.size()) {
                refuse("expected >");
            }
            if (is_at("/>")) {
                at_ += 2;
                return true;
            }
            const char c = text_[at_++];
            if (c == '>') {
                return false;
            }
            if (c == '"' || c == '\'') {
                skip_past(std::string_view(&c, 1));
            } else if (c == '<') {
                refuse("expected >");
            }
        }
    }

    XmlElement element(int depth) {
        if (depth > kDeepest) {
            refuse("elements are nested too deep");
        }
        if (!is_at("<")) {
            refuse("expected an element");
        }
        ++at_;
        XmlElement element{name(), {}, {}};
        if (!attributes()) {
            content(element, depth);
        }
        element.text = trimmed_text(element.text);
        return element;
    }

    void content(XmlElement& element, int depth) {
        for (;;) {
            if (at_ >= text_.size()) {
                refuse("expected </" + element.name + ">");
            }
            if (is_at("</")) {
                at_ += 2;
                if (name() != element.name) {
                    refuse("expected </" + element.name + ">");
                }
                attributes();
                return;
            }
            if (is_at("<!--")) {
                skip_past("-->");
            } else if (is_at("<![CDATA[")) {
                const std::size_t first = at_ + 9;
                skip_past("]]>");
                element.text += text_.substr(first, at_ - 3 - first);
            } else if (is_at("<?")) {
                skip_past("?>");
            } else if (is_at("<")) {
                element.children.push_back(this->element(depth + 1));
            } else {
                add_text(element.text);
            }
        }
    }

    void add_text(std::string& text) {
        if (text_[at_] == '&') {
            for (const auto& [word, character] : kEntities) {
                if (is_at(word)) {
                    text += character;
                    at_ += word.size();
                    return;
                }
            }
        }
        text += text_[at_++];
    }

    static std::string trimmed_text(const std::string& text) {
        const auto first = text.find_first_not_of(" \t\r\n");
        return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
    }

    std::string_view text_;
    const std::string& where_;
    std::size_t at_ = 0;
};

}  // namespace

const XmlElement* XmlElement::child(std::string_view wanted) const {
    const auto found =
        std::find_if(children.begin(), children.end(), [&](const XmlElement& each) { return each.name == wanted; });
    return found == children.end() ? nullptr : &*found;
}

const XmlElement* XmlElement::find(std::string_view wanted) const {
    for (const auto& each : children) {
        if (each.name == wanted) {
            return &each;
        }
        if (const XmlElement* found = each.find(wanted)) {
            return found;
        }
    }
    return nullptr;
}

XmlElement parse_xml(std::string_view text, const std::string& where) {
    return Reader(text, where).document();
}

}  // namespace octet
