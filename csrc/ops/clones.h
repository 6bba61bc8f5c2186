#pragma once

// Compiled once for each generation of vector registers; the machine picks when it loads this.
#if !defined(__SANITIZE_ADDRESS__) && defined(__x86_64__) && defined(__gnu_linux__) && \
    !defined(__clang__) && __GNUC__ >= 12
#  define PTNOTES_CLONES \
    __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#  define PTNOTES_CLONES
#endif
