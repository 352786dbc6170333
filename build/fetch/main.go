// Command fetch brings the typesetter and its fonts into app/render/typeset/assets, from where they are compiled into
// the programs. Run it once after cloning, from anywhere inside the checkout:
//
//	go run ./build/fetch
//
// It may be repeated at any time: what is there and has the pinned checksum stays, so the second run takes well under a
// second and needs no network. Packages are downloaded by the npm client, which the front end needs as well, so a
// mirror or proxy set up for npm is honoured here too. Nothing from a package is run.
//
// It refuses a package or a file whose checksum is not the one in pins.go. It does not look for newer versions.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	s := store{dir: filepath.Join(root, "app", "render", "typeset", "assets")}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	for _, p := range pins() {
		missing := s.missing(p.files)
		if len(missing) == 0 {
			continue
		}
		fmt.Printf("fetching %s %s\n", p.name, p.version)
		tarball, err := download(ctx, p)
		if err != nil {
			return err
		}
		if err := s.take(tarball, missing); err != nil {
			return fmt.Errorf("unpack %s %s: %w", p.name, p.version, err)
		}
	}
	if err := s.finish(pins()); err != nil {
		return err
	}
	raw, stored, err := s.sizes(pins())
	if err != nil {
		return err
	}
	fmt.Printf("typesetter and fonts are in place: %.1f MB, which add %.1f MB to a program\n", mega(raw), mega(stored))
	return nil
}

// moduleRoot is the folder with go.mod at or above the working directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod here or above: run this inside the checkout")
		}
		dir = up
	}
}

func mega(n int64) float64 { return float64(n) / 1e6 }
