// Measures the format units of PyArg_ParseTuple and Py_BuildValue: a line of a table parses Python
// objects into C variables and builds a result from what arrived there.

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <cstring>

namespace {

struct Unit {
  const char* in;      // for PyArg_ParseTuple
  const char* out;     // for Py_BuildValue
  const char* c_type;  // of the variables between the two
  PyObject* (*call)(const Unit& unit, PyObject* args);
};

// A unit reads the arguments that it needs and leaves the rest of them alone; O! and O& need one
// before the variable, a type or a converter.
template <typename C, auto... before>
PyObject* value(const Unit& unit, PyObject* args) {
  C first{}, second{};
  if (!PyArg_ParseTuple(args, unit.in, before..., &first, &second))
    return nullptr;  // the exception is set
  return Py_BuildValue(unit.out, first, second);
}

// Py_BuildValue takes a Py_complex by address, and a converter takes an address.
template <typename C, auto... before>
PyObject* address(const Unit& unit, PyObject* args) {
  C variable{};
  if (!PyArg_ParseTuple(args, unit.in, &variable)) return nullptr;
  return Py_BuildValue(unit.out, before..., &variable);
}

template <typename Char>
PyObject* text(const Unit& unit, PyObject* args) {
  const Char* chars = nullptr;  // borrowed: it points into the argument
  Py_ssize_t length = -1;
  if (!PyArg_ParseTuple(args, unit.in, &chars, &length)) return nullptr;
  return Py_BuildValue(unit.out, chars, length, length);
}

PyObject* encoded(const Unit& unit, PyObject* args) {
  char* chars = nullptr;
  Py_ssize_t length = -1;
  if (!PyArg_ParseTuple(args, unit.in, "latin-1", &chars, &length)) return nullptr;
  PyObject* result = Py_BuildValue(unit.out, chars, length, length);
  PyMem_Free(chars);  // units with e copy, and the copy is ours
  return result;
}

PyObject* buffer(const Unit& unit, PyObject* args) {
  Py_buffer view{};
  if (!PyArg_ParseTuple(args, unit.in, &view)) return nullptr;
  PyObject* result = Py_BuildValue(unit.out, view.buf, view.len, view.len);
  PyBuffer_Release(&view);  // until now its owner could not resize it
  return result;
}

// excerpt of converter
int to_probability(PyObject* object, void* address) {
  const double number = PyFloat_AsDouble(object);
  if (number == -1.0 && PyErr_Occurred()) return 0;
  if (!(number >= 0.0 && number <= 1.0)) {
    PyErr_Format(PyExc_ValueError, "expected 0 to 1, given %R", object);
    return 0;
  }
  *static_cast<double*>(address) = number;
  return 1;
}
// end of converter

PyObject* to_percent(void* address) {
  return PyUnicode_FromFormat("%d %%", *static_cast<int*>(address));
}

PyObject* wide(const Unit& unit, PyObject* args) {
  PyObject* object = nullptr;
  if (!PyArg_ParseTuple(args, unit.in, &object)) return nullptr;
  Py_ssize_t length = 0;  // `U` and this call do what parsing with `u` did
  wchar_t* chars = PyUnicode_AsWideCharString(object, &length);
  PyObject* result = chars ? Py_BuildValue(unit.out, chars, length) : nullptr;
  PyMem_Free(chars);
  return result;
}

// N takes over the reference that it is given, where O adds one of its own.
PyObject* owned(const Unit& unit, PyObject* args) {
  PyObject* object = PyTuple_GetItem(args, 0);  // borrowed, or NULL
  return object ? Py_BuildValue(unit.out, Py_NewRef(object)) : nullptr;
}

const Unit parsed[] = {
    {"b", "B", "unsigned char", value<unsigned char>},
    {"B", "B", "unsigned char", value<unsigned char>},
    {"h", "h", "short", value<short>},
    {"H", "H", "unsigned short", value<unsigned short>},
    {"i", "i", "int", value<int>},
    {"I", "I", "unsigned int", value<unsigned int>},
    {"l", "l", "long", value<long>},
    {"k", "k", "unsigned long", value<unsigned long>},
    {"L", "L", "long long", value<long long>},
    {"K", "K", "unsigned long long", value<unsigned long long>},
    {"n", "n", "Py_ssize_t", value<Py_ssize_t>},
    {"f", "f", "float", value<float>},
    {"d", "d", "double", value<double>},
    {"D", "D", "Py_complex", address<Py_complex>},
    {"p", "i", "int", value<int>},
    {"c", "b", "char", value<char>},
    {"C", "i", "int", value<int>},
    {"s", "y", "const char *", text<char>},
    {"s#", "y#n", "const char *, Py_ssize_t", text<char>},
    {"s*", "y#n", "Py_buffer", buffer},
    {"z", "y", "const char *", text<char>},
    {"z#", "y#n", "const char *, Py_ssize_t", text<char>},
    {"z*", "y#n", "Py_buffer", buffer},
    {"y", "y", "const char *", text<char>},
    {"y#", "y#n", "const char *, Py_ssize_t", text<char>},
    {"y*", "y#n", "Py_buffer", buffer},
    {"w*", "y#n", "Py_buffer", buffer},
    {"es", "y", "char *", encoded},
    {"es#", "y#n", "char *, Py_ssize_t", encoded},
    {"et", "y", "char *", encoded},
    {"et#", "y#n", "char *, Py_ssize_t", encoded},
    {"U", "O", "PyObject *", value<PyObject*>},
    {"S", "O", "PyObject *", value<PyObject*>},
    {"Y", "O", "PyObject *", value<PyObject*>},
    {"O", "O", "PyObject *", value<PyObject*>},
    {"O!", "O", "PyObject *", value<PyObject*, &PyList_Type>},
    {"O&", "d", "double", value<double, to_probability>},
    // Gone, or not there yet: a Python that lacks the unit raises SystemError.
    {"u", "u", "const wchar_t *", text<wchar_t>},
    {"u#", "u#n", "const wchar_t *, Py_ssize_t", text<wchar_t>},
    {"Z", "u", "const wchar_t *", text<wchar_t>},
    {"Z#", "u#n", "const wchar_t *, Py_ssize_t", text<wchar_t>},
    {"t#", "y#n", "const char *, Py_ssize_t", text<char>},
    {"w", "y", "char *", text<char>},
    {"w#", "y#n", "char *, Py_ssize_t", text<char>},
    {"i?", "i", "int", value<int>},
    // What stands around units.
    {"(ii)", "ii", "int, int", value<int>},
    {"i|i", "ii", "int, int", value<int>},
    {"i|$i", "ii", "int, int", value<int>},
    {"i:rows", "i", "int", value<int>},
    {"i;rows is a number", "i", "int", value<int>},
    {"U:name", "O", "PyObject *", value<PyObject*>},
    {"U;name is text", "O", "PyObject *", value<PyObject*>},
};

const Unit built[] = {
    {"B", "b", "char", value<char>},
    {"B", "B", "unsigned char", value<unsigned char>},
    {"H", "h", "short", value<short>},
    {"H", "H", "unsigned short", value<unsigned short>},
    {"I", "i", "int", value<int>},
    {"I", "I", "unsigned int", value<unsigned int>},
    {"k", "l", "long", value<long>},
    {"k", "k", "unsigned long", value<unsigned long>},
    {"K", "L", "long long", value<long long>},
    {"K", "K", "unsigned long long", value<unsigned long long>},
    {"n", "n", "Py_ssize_t", value<Py_ssize_t>},
    {"i", "p", "int", value<int>},
    {"i", "c", "int", value<int>},
    {"i", "C", "int", value<int>},
    {"f", "f", "float", value<float>},
    {"d", "d", "double", value<double>},
    {"D", "D", "Py_complex *", address<Py_complex>},
    {"z#", "s", "const char *", text<char>},
    {"z#", "s#", "const char *, Py_ssize_t", text<char>},
    {"z#", "z", "const char *", text<char>},
    {"z#", "z#", "const char *, Py_ssize_t", text<char>},
    {"z#", "y", "const char *", text<char>},
    {"z#", "y#", "const char *, Py_ssize_t", text<char>},
    {"z#", "U", "const char *", text<char>},
    {"z#", "U#", "const char *, Py_ssize_t", text<char>},
    {"U", "u", "const wchar_t *", wide},
    {"U", "u#", "const wchar_t *, Py_ssize_t", wide},
    {"O", "O", "PyObject *", value<PyObject*>},
    {"O", "S", "PyObject *", value<PyObject*>},
    {"O", "N", "PyObject *", owned},
    {"i", "O&", "PyObject *(*)(void *), void *", address<int, to_percent>},
    {"", "", "nothing", value<int>},
    {"O", "(O)", "PyObject *", value<PyObject*>},
    {"OO", "OO", "PyObject *, PyObject *", value<PyObject*>},
    {"OO", "[OO]", "PyObject *, PyObject *", value<PyObject*>},
    {"OO", "{O:O}", "PyObject *, PyObject *", value<PyObject*>},
};

template <const auto& table, const char* Unit::* key>
PyObject* run(PyObject*, PyObject* args) {
  const char* name = nullptr;
  PyObject* objects = nullptr;
  if (!PyArg_ParseTuple(args, "sO!", &name, &PyTuple_Type, &objects)) return nullptr;
  for (const Unit& unit : table)
    if (std::strcmp(unit.*key, name) == 0) return unit.call(unit, objects);
  return PyErr_Format(PyExc_ValueError, "no unit %s in the table", name);
}

template <const auto& table, const char* Unit::* key>
PyObject* c_types(PyObject*, PyObject*) {
  PyObject* types = PyList_New(0);
  for (const Unit& unit : table) {
    PyObject* row = Py_BuildValue("ss", unit.*key, unit.c_type);
    // Append takes a reference of its own, so ours is given back either way.
    if (types && (!row || PyList_Append(types, row) < 0)) Py_CLEAR(types);
    Py_XDECREF(row);
  }
  return types;
}

// excerpt of repeat
PyObject* repeat(PyObject*, PyObject* args, PyObject* keywords) {
  const char* names[] = {"text", "times", "loud", nullptr};
  PyObject* text = nullptr;  // borrowed: never released here
  Py_ssize_t times = 1;      // a default is what stood there before parsing
  int loud = 0;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "U|n$p:repeat", const_cast<char**>(names), &text,
                                   &times, &loud))
    return nullptr;                                 // an exception is set
  PyObject* many = PySequence_Repeat(text, times);  // new: ours, or NULL
  if (many == nullptr || !loud) return many;        // handed on: the caller releases it
  PyObject* result = PyObject_CallMethod(many, "upper", nullptr);
  Py_DECREF(many);
  return result;
}
// end of repeat

PyObject* fill(PyObject*, PyObject* args) {
  Py_buffer view{};
  unsigned char byte = 0;
  if (!PyArg_ParseTuple(args, "w*b:fill", &view, &byte)) return nullptr;
  std::memset(view.buf, byte, size_t(view.len));
  PyBuffer_Release(&view);
  Py_RETURN_NONE;
}

// Where `int length` would stand is room for a Py_ssize_t, between two guards.
PyObject* length_bytes(PyObject*, PyObject* args) {
  const char* chars = nullptr;
  Py_ssize_t memory[3];
  std::memset(memory, 0xee, sizeof memory);
  if (!PyArg_ParseTuple(args, "s#:length_bytes", &chars, &memory[1])) return nullptr;
  return Py_BuildValue("y#", memory, Py_ssize_t{sizeof memory});
}

// What a file without PY_SSIZE_T_CLEAN calls; up to 3.12 the macro renames it.
#undef PyArg_ParseTuple
extern "C" int PyArg_ParseTuple(PyObject*, const char*, ...);

PyObject* unclean(PyObject*, PyObject* args) {
  const char* chars = nullptr;
  Py_ssize_t length = -1;
  const int ok = PyArg_ParseTuple(args, "s#:unclean", &chars, &length);
  return ok ? Py_BuildValue("n", length) : nullptr;
}

// excerpt of module
PyMethodDef methods[] = {
    {"parse", run<parsed, &Unit::in>, METH_VARARGS, "parse(unit, objects)"},
    {"build", run<built, &Unit::out>, METH_VARARGS, "build(unit, objects)"},
    {"parsed", c_types<parsed, &Unit::in>, METH_NOARGS, "units and C types"},
    {"built", c_types<built, &Unit::out>, METH_NOARGS, "units and C types"},
    {"repeat", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(repeat)),
     METH_VARARGS | METH_KEYWORDS, "repeat(text, times=1, *, loud=False)"},
    {"fill", fill, METH_VARARGS, "fill(buffer, byte)"},
    {"length_bytes", length_bytes, METH_VARARGS, "what s# writes"},
    {"unclean", unclean, METH_VARARGS, "s# without PY_SSIZE_T_CLEAN"},
    {nullptr, nullptr, 0, nullptr},  // the sentinel ends the table
};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_pyargs", "format units", 0, methods, {}, {}, {}, {}};

}  // namespace

PyMODINIT_FUNC PyInit__pyargs() { return PyModule_Create(&definition); }
// end of module
