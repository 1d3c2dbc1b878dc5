package jetstream_test

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

// childConfig names the environment variable that makes the test binary a NATS server: the
// path of its configuration. So a server can be killed as a process is, and is of the version
// that go.mod names.
const childConfig = "JETSTREAM_TEST_SERVER"

func TestMain(m *testing.M) {
	if path := os.Getenv(childConfig); path != "" {
		serve(path)
		return
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil { // most tests wait for elections, or for lost answers
		panic(err)
	}
	os.Exit(m.Run())
}

// serve runs a server until it is killed, or whoever began it has ended: then its input ends.
func serve(path string) {
	o, err := server.ProcessConfigFile(path)
	if err != nil {
		panic(err)
	}
	o.NoSigs = true
	s, err := server.NewServer(o)
	if err != nil {
		panic(err)
	}
	s.ConfigureLogger()
	s.Start()
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0) // at once, whatever the server waits for
}

// process is one server of a cluster, or alone.
type process struct {
	name, url, config, log string
	cmd                    *exec.Cmd
	stdin                  io.Closer
}

// cluster is some servers, each a process of its own, that sync what they acknowledge.
type cluster struct{ servers []*process }

// always and lazily are what the servers do with what they acknowledge.
const (
	always = "sync_interval: always"
	lazily = "sync_interval: 2m"
)

// start starts n servers. One is no cluster.
func start(t testing.TB, n int, sync string) *cluster {
	t.Helper()
	return startWith(t, n, sync, "4G", "enabled")
}

// startWith starts n servers that keep so many bytes each, for an account with such a limit.
func startWith(t testing.TB, n int, sync, bytes, account string) *cluster {
	t.Helper()
	dir, c := t.TempDir(), &cluster{}
	ports := freePorts(t, 2*n)
	var routes []string
	for i := range n {
		routes = append(routes, fmt.Sprintf("nats-route://127.0.0.1:%d", ports[n+i]))
	}
	for i := range n {
		p := &process{name: fmt.Sprint("server-", i), url: fmt.Sprintf("nats://127.0.0.1:%d", ports[i]), config: filepath.Join(dir, fmt.Sprint(i, ".conf")), log: filepath.Join(dir, fmt.Sprint(i, ".log"))}
		text := fmt.Sprintf("server_name: %s\nlisten: \"127.0.0.1:%d\"\nlog_file: %q\njetstream { store_dir: %q, %s, max_mem: 256M, max_file: %s }\n", p.name, ports[i], p.log, filepath.Join(dir, p.name), sync, bytes) +
			fmt.Sprintf("accounts { $SYS { users: [{user: sys, password: sys}] }, DEALS { jetstream: %s, users: [{user: desk, password: desk}] } }\nno_auth_user: desk\n", account)
		if n > 1 {
			text += fmt.Sprintf("cluster { name: deals, listen: \"127.0.0.1:%d\", routes: [%s] }\n", ports[n+i], strings.Join(routes, ", "))
		}
		require.NoError(t, os.WriteFile(p.config, []byte(text), 0o600))
		p.start(t)
		c.servers = append(c.servers, p)
	}
	t.Cleanup(func() {
		for _, p := range c.servers {
			p.kill()
		}
		if t.Failed() {
			c.showLogs(t)
		}
	})
	c.wait(t)
	return c
}

func (c *cluster) showLogs(t testing.TB) {
	for _, p := range c.servers {
		text, _ := os.ReadFile(p.log)
		t.Logf("the end of the log of %s:\n%s", p.name, text[max(0, len(text)-4000):])
	}
}

// freePorts gives ports that nobody listens on.
func freePorts(t testing.TB, n int) (ports []int) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

func (p *process) start(t testing.TB) {
	t.Helper()
	p.cmd = exec.Command(os.Args[0], "-test.run=^$")
	p.cmd.Env = append(os.Environ(), childConfig+"="+p.config)
	p.cmd.Stderr = os.Stderr
	var err error
	p.stdin, err = p.cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
}

// kill ends the server as a crash does: SIGKILL.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	p.stdin.Close()
}

// urls are those of all servers.
func (c *cluster) urls() string {
	var all []string
	for _, p := range c.servers {
		all = append(all, p.url)
	}
	return strings.Join(all, ",")
}

// wait waits until JetStream answers.
func (c *cluster) wait(t testing.TB) {
	t.Helper()
	js := connect(t, c.urls())
	require.Eventually(t, func() bool {
		_, err := js.AccountInfo(t.Context())
		return err == nil
	}, time.Minute, 20*time.Millisecond, "JetStream does not answer")
}

// connect connects to servers for as long as the test runs.
func connect(t testing.TB, url string, o ...nats.Option) jetstream.JetStream {
	t.Helper()
	o = append([]nats.Option{nats.MaxReconnects(-1), nats.ReconnectWait(20 * time.Millisecond), nats.RetryOnFailedConnect(true)}, o...)
	nc, err := nats.Connect(url, o...)
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	require.Eventually(t, nc.IsConnected, time.Minute, time.Millisecond)
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	return js
}

// system connects to the system account.
func system(t testing.TB, url string) *nats.Conn {
	t.Helper()
	return connect(t, url, nats.UserInfo("sys", "sys")).Conn()
}

// named gives the server of that name.
func (c *cluster) named(t testing.TB, name string) *process {
	t.Helper()
	for _, p := range c.servers {
		if p.name == name {
			return p
		}
	}
	t.Fatalf("no server is called %q", name)
	return nil
}

// leader gives the server that leads the stream.
func (c *cluster) leader(t testing.TB, js jetstream.JetStream, stream string) *process {
	t.Helper()
	name := ""
	require.Eventually(t, func() bool {
		s, err := js.Stream(t.Context(), stream)
		if err == nil && s.CachedInfo().Cluster != nil {
			name = s.CachedInfo().Cluster.Leader
		}
		return name != ""
	}, time.Minute, 20*time.Millisecond, "stream %s has no leader", stream)
	return c.named(t, name)
}
