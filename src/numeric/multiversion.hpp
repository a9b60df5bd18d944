#pragma once

// A function compiled for several instruction sets, chosen at load time. What it computes must not depend on the width
// of the machine's vectors: no reduction across lanes but in a fixed order, no fused multiply-add (-ffp-contract=off).
// Sanitizers run before the loader's choice and cannot be combined with it.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define OCTET_MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define OCTET_MULTIVERSION
#endif
