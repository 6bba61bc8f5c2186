// Importing ptnotes._C loads this library, and loading it runs the registrations in csrc/ops.
#include <Python.h>
#include <torch/headeronly/version.h>

PyMODINIT_FUNC PyInit__C() {
  static PyModuleDef definition = {
      PyModuleDef_HEAD_INIT, "_C", nullptr, -1, nullptr, nullptr, nullptr, nullptr, nullptr};
  PyObject* module = PyModule_Create(&definition);
  // Another torch than this one may load it all the same, and then crash.
  if (module && PyModule_AddStringConstant(module, "built_for_torch", TORCH_VERSION) < 0) {
    Py_CLEAR(module);
  }
  return module;
}
