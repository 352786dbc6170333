package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	app "longhand/app/command"
	"longhand/app/workspace"
	"longhand/sync/gateway/command"
)

// The scripts run the real programs, `longhand` as several people and `longhand-relay` between them.
func TestMain(m *testing.M) {
	if code, child := workspace.RunChild(os.Args[1:]); child {
		os.Exit(code)
	}
	testscript.Main(m, map[string]func(){
		"longhand":       func() { os.Exit(app.Main(context.Background(), app.System(), os.Args[1:])) },
		"longhand-relay": func() { os.Exit(command.Main(context.Background(), command.System(), os.Args[1:])) },
		"nats-node":      natsNode,
	})
}

func TestPeopleMeetThroughARelay(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata", RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("LONGHAND_PASSPHRASE_FILE", e.WorkDir+"/passphrase")
			e.Setenv("XDG_CACHE_HOME", e.WorkDir+"/cache")
			e.Setenv("HTTPS_PROXY", "")
			return os.WriteFile(e.WorkDir+"/passphrase", []byte("correct horse\n"), 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"relay": startRelay, "stop": stopRelay, "certificate": writeCertificate, "proxy": startProxy,
		},
	})
}

// startRelay is `relay NAME ARGS…`: it serves, and puts the address into $NAME.
func startRelay(ts *testscript.TestScript, neg bool, args []string) {
	cmd := exec.Command("longhand-relay", append([]string{"serve"}, args[1:]...)...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+ts.Getenv("XDG_CACHE_HOME"))
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	said, err := os.Create(ts.MkAbs(args[0] + ".log"))
	ts.Check(err)
	cmd.Stderr = said
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = said.Close()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "READY ")
	if err != nil || !ok {
		ts.Fatalf("the relay said %q: %v", line, err)
	}
	running.Store(ts.MkAbs(args[0]), cmd)
	ts.Setenv(args[0], address)
}

// running is by a path of the script's own, so scripts that run at once do not meet.
var running sync.Map

// stopRelay is `stop NAME`: it asks the relay to end and waits until it has.
func stopRelay(ts *testscript.TestScript, neg bool, args []string) {
	v, ok := running.Load(ts.MkAbs(args[0]))
	if !ok {
		ts.Fatalf("no relay %s was started", args[0])
	}
	cmd := v.(*exec.Cmd)
	ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	ts.Check(cmd.Wait())
}

// writeCertificate is `certificate HOST`: cert.pem and key.pem, which $SSL_CERT_FILE makes every program trust.
func writeCertificate(ts *testscript.TestScript, neg bool, args []string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: args[0]}, DNSNames: args, IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	ts.Check(err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: secret}} {
		ts.Check(os.WriteFile(ts.MkAbs(name), pem.EncodeToMemory(block), 0o600))
	}
	ts.Setenv("SSL_CERT_FILE", filepath.Join(ts.MkAbs("."), "cert.pem"))
}

// startProxy is `proxy ADDRESS`: a corporate one, that leads any CONNECT to ADDRESS. $HTTPS_PROXY names it, and the file proxied what it was asked for.
func startProxy(ts *testscript.TestScript, neg bool, args []string) {
	_, to, _ := strings.Cut(args[0], "://")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	asked, err := os.Create(ts.MkAbs("proxied"))
	ts.Check(err)
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		_, _ = asked.WriteString(r.Host + "\n")
		there, err := net.Dial("tcp", to)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		w.WriteHeader(http.StatusOK)
		here, read, err := http.NewResponseController(w).Hijack() // the client's first byte may be in read already
		if err != nil {
			return
		}
		go func() { _, _ = io.Copy(there, read); _ = there.Close() }()
		_, _ = io.Copy(here, there)
		_ = here.Close()
	})}
	go func() { _ = srv.Serve(l) }()
	ts.Defer(func() { _ = srv.Close(); _ = asked.Close() })
	ts.Setenv("HTTPS_PROXY", "http://"+l.Addr().String())
}
