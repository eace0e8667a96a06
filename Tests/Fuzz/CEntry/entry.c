/* SwiftPM names the entry of an executable after it, and libFuzzer brings a main of its own. */

#include "entry.h"

#include <stddef.h>
#include <stdint.h>

typedef int (*TakeInput)(const uint8_t *data, size_t size);

int LLVMFuzzerRunDriver(int *argc, char ***argv, TakeInput take);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int fuzzCalls_main(int argc, char **argv) {
    return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput);
}

int fuzzPlans_main(int argc, char **argv) {
    return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput);
}

int fuzzNames_main(int argc, char **argv) {
    return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput);
}
