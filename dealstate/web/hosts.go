package web

import (
	"net"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// LocalHosts lists the names under which browsers of this machine reach a server that
// listens at the address, for Options.Hosts: those of the loopback, the address itself, and
// where it listens at all addresses those of this machine and its name. More names may be
// given, with a port or without.
func LocalHosts(on net.Addr, more ...string) []string {
	hosts := []string{"localhost", "127.0.0.1", "::1"}
	if at, ok := on.(*net.TCPAddr); ok && !at.IP.IsUnspecified() {
		hosts = append(hosts, at.IP.String())
	} else {
		hosts = append(hosts, ownAddresses()...)
	}
	for _, name := range more {
		if name = hostOf(name); name != "" {
			hosts = append(hosts, name)
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// ownAddresses are this machine's addresses and its name, as far as it knows them.
func ownAddresses() []string {
	var hosts []string
	if name, err := os.Hostname(); err == nil {
		hosts = append(hosts, hostOf(name))
	}
	addresses, _ := net.InterfaceAddrs() // without them it answers for the others
	for _, a := range addresses {
		if at, ok := a.(*net.IPNet); ok {
			hosts = append(hosts, at.IP.String())
		}
	}
	return hosts
}

// hostOf is a Host header's name, as names are compared: without port, brackets and the
// last dot, in lower case.
func hostOf(header string) string {
	host := header
	if name, _, err := net.SplitHostPort(header); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// checkHosts refuses names that no Host header could equal.
func checkHosts(hosts []string) error {
	for _, h := range hosts {
		if h == "" || hostOf(h) != h {
			return field.Errorf("Hosts", "%q is no host's name; want one such as deals.example or 127.0.0.1, in lower case and without a port", field.Clip(h))
		}
	}
	return nil
}

// ownHostsOnly refuses what was sent to another host: a page of another site may have its
// own name lead to this server (DNS rebinding), and would then be of the same origin.
func (s *site) ownHostsOnly(next http.Handler) http.Handler {
	if s.Hosts == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.Contains(s.Hosts, hostOf(r.Host)) {
			next.ServeHTTP(w, r)
			return
		}
		s.log.WarnContext(r.Context(), "web: refused", "method", r.Method, "path", r.URL.Path, "host", r.Host)
		err := &requestError{http.StatusMisdirectedRequest, "this server does not answer under this name; whoever runs it can add the name to its hosts"}
		if s.isAPI(r) {
			s.fail(w, r, err)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, err.detail, err.status) // no page, which would name the board
	})
}
