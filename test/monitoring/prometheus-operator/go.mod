// The CRDs of the Prometheus operator, pinned: only its files are read, nothing is built. `go mod download` and go.sum do for that;
// `go mod tidy` would drop the line, since no package uses it.
module registrycredentials.dev/test/monitoring/prometheus-operator

go 1.24.0

require github.com/prometheus-operator/prometheus-operator v0.85.0
