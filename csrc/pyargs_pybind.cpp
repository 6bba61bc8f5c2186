// What csrc/pyargs.cpp does by hand, left to pybind11: the types of a function say how its
// arguments are converted, and no format string repeats them.

#include <pybind11/complex.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <complex>
#include <cstring>
#include <optional>
#include <string>

namespace py = pybind11;

namespace {

template <typename C>
C value(C argument) {
  return argument;
}

void fill(const py::buffer& buffer, unsigned char byte) {
  const py::buffer_info info = buffer.request(/*writable=*/true);
  if (!PyBuffer_IsContiguous(info.view(), 'C'))  // w* checks this by itself
    throw py::type_error("expected a contiguous buffer");
  std::memset(info.ptr, byte, size_t(info.size * info.itemsize));
}

py::object bytes(const std::optional<std::string>& text) {
  return text ? py::object(py::bytes(*text)) : py::none();
}

// excerpt of pybind
py::object repeat(const py::str& text, Py_ssize_t times, bool loud) {
  py::object many = text * py::int_(times);
  return loud ? many.attr("upper")() : many;
}

}  // namespace

PYBIND11_MODULE(_pyargs_pybind, module) {
  module.def("repeat", repeat, py::arg("text"), py::arg("times") = 1, py::kw_only(),
             py::arg("loud") = false);
  // end of pybind
  module.def("fill", fill, py::arg("buffer"), py::arg("byte"));
  // By the name of the unit that it takes the place of.
  module.def("b", value<unsigned char>);
  module.def("h", value<short>);
  module.def("i", value<int>);
  module.def("l", value<long>);
  module.def("L", value<long long>);
  module.def("k", value<unsigned long>);
  module.def("n", value<Py_ssize_t>);
  module.def("f", value<float>);
  module.def("d", value<double>);
  module.def("D", value<std::complex<double>>);
  module.def("p", value<bool>);
  module.def("C", value<char32_t>);
  module.def("s", [](const std::string& text) { return py::bytes(text); });
  module.def("z", bytes);
  module.def("U", value<py::str>);
  module.def("S", value<py::bytes>);
  module.def("Y", value<py::bytearray>);
  module.def("O", value<py::object>);
  module.def("O!", value<py::list>);
}
