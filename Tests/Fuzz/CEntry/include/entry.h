#ifndef FUZZ_ENTRY_H
#define FUZZ_ENTRY_H

int fuzzCalls_main(int argc, char **argv);
int fuzzPlans_main(int argc, char **argv);
int fuzzNames_main(int argc, char **argv);

#endif
