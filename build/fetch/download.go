package main

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// download gets a package’s tarball through the npm client and checks it against the pin before anything in it is read.
func download(ctx context.Context, p pkg) ([]byte, error) {
	dir, err := os.MkdirTemp("", "longhand-fetch-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)

	spec := p.name + "@" + p.version
	cmd := exec.CommandContext(ctx, "npm", "pack", spec, "--pack-destination", dir, "--ignore-scripts", "--silent")
	// Outside the checkout, so that no package.json or .npmrc of ours changes what npm does.
	cmd.Dir = dir
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); errors.Is(err, exec.ErrNotFound) {
		return nil, fmt.Errorf("npm is not on the PATH: install Node.js 20 or later, then run this again (%w)", err)
	} else if err != nil {
		return nil, fmt.Errorf("npm pack %s: %w\n%s", spec, err, bytes.TrimSpace(said.Bytes()))
	}

	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("npm pack %s left %d tarballs, not one", spec, len(found))
	}
	tarball, err := os.ReadFile(found[0])
	if err != nil {
		return nil, err
	}
	sum := sha512.Sum512(tarball)
	if got := base64.StdEncoding.EncodeToString(sum[:]); got != p.integrity {
		return nil, fmt.Errorf("%s is not the pinned package: its SHA-512 is %s, pins.go has %s", spec, got, p.integrity)
	}
	return tarball, nil
}
