// A library that is no module, for tests/base/module_test.cpp.
extern "C" [[gnu::visibility("default")]] int another_programs_function() { return 0; }
