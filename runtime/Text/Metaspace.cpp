//===- Metaspace.cpp - Spaces written as a character that shows -----------===//

#include "runtime/Text/Metaspace.h"

#include "runtime/Text/Utf8.h"

using namespace tern;

MetaspaceOptions MetaspaceOptions::read(ComponentSpec &spec) {
  MetaspaceOptions options;
  options.replacement = spec.character("replacement");
  appendUtf8(options.mark, options.replacement);
  options.prepend = static_cast<Prepend>(spec.choice("prepend_scheme", {"always", "first", "never"}, 0));
  options.split = spec.boolean("split", true);
  bool prefix = spec.boolean("add_prefix_space", options.prepend != Prepend::Never); // Older than prepend_scheme.
  if (!prefix && options.prepend != Prepend::Never)
    spec.fail("add_prefix_space", "must agree with prepend_scheme: it is false and prepend_scheme is not 'never'");
  spec.accept("str_rep"); // A second spelling of the replacement, written by older versions.
  return options;
}
