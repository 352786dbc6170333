package gateway

import (
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"longhand/sync/gateway/wire"
)

// metrics are sums over all teams: which team does what is nobody's business.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	refused   *prometheus.CounterVec
	blobs     *prometheus.CounterVec
	bytes     *prometheus.CounterVec
	delivered prometheus.Counter
	waiting   prometheus.Gauge
}

func newMetrics(g *Gateway) *metrics {
	name := func(n string) string { return "longhand_relay_" + n }
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: name("requests_total"), Help: "Requests answered."}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name("put_seconds"), Help: "From a request to put a blob to its answer.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16)}, []string{"route"}),
		refused:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: name("refused_total"), Help: "Requests refused or failed, by error code."}, []string{"code"}),
		blobs:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: name("blobs_total"), Help: "Blobs put."}, []string{"kind", "result"}),
		bytes:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: name("stored_bytes_total"), Help: "Bytes of blobs stored."}, []string{"kind"}),
		delivered: prometheus.NewCounter(prometheus.CounterOpts{Name: name("delivered_total"), Help: "Blobs written into pages."}),
		waiting:   prometheus.NewGauge(prometheus.GaugeOpts{Name: name("waiting"), Help: "Requests that wait for news."}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.refused, m.blobs, m.bytes, m.delivered, m.waiting,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name("teams_in_memory"), Help: "Rosters in memory."}, func() float64 { return float64(g.teams.len()) }),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) answered(a *answer, asked string, took time.Duration) {
	m.requests.WithLabelValues(a.route, method(asked), strconv.Itoa(a.status)).Inc()
	if a.code != "" {
		m.refused.WithLabelValues(string(a.code)).Inc()
	}
	if a.status == http.StatusCreated {
		m.seconds.WithLabelValues(a.route).Observe(took.Seconds())
	}
}

func (m *metrics) put(kind string, stored bool, n int) {
	if !stored {
		m.blobs.WithLabelValues(kind, "duplicate").Inc()
		return
	}
	m.blobs.WithLabelValues(kind, "stored").Inc()
	m.bytes.WithLabelValues(kind).Add(float64(n))
}

// method is one of a few words, whatever a stranger sends.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// serveMetrics is for this machine alone, and not for whoever comes through its proxy.
func (g *Gateway) serveMetrics(a *answer, r *http.Request) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	if err != nil || ip == nil || !ip.IsLoopback() || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		a.refuse(wire.NotFound, "there is nothing here")
		return
	}
	a.patience(1 << 20)
	promhttp.HandlerFor(g.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP(a, r)
}
