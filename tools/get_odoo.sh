#!/usr/bin/env bash
# Puts Odoo 19's source into .odoo without root: the first of
#   ODOO_SRC  a tree of Odoo 19 on this machine (linked, not copied)
#   apt       Debian's package odoo-19, this very build, from the archive this machine's apt already knows;
#             a newer build of 19.0 with a warning when Debian has moved on
#   git       upstream's branch 19.0, shallow (ODOO_GIT: another address)
# Everything is made beside and renamed at the end: an interrupted run starts again where the downloads are.
# The last line on stderr says what was tried; .odoo/SITE is the folder to put on Python's path.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD dest=$PWD/.odoo part=$PWD/.odoo.part state=$PWD/.cache/apt
package=odoo-19 version=19.0.0+dfsg-1
sha=9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf
git_address=${ODOO_GIT:-https://github.com/odoo/odoo.git}
# what Debian's package only links to; font-awesome has to be 4.7, so not everything may come from sid
assets="fonts-roboto-unhinted/sid fonts-montserrat/sid fonts-inconsolata/trixie fonts-ocr-b/sid fonts-font-awesome/trixie
  libjs-jquery/trixie libjs-jquery-form/sid libjs-underscore/sid"
tried=

finish() {  # finish VERSION SITE
  echo "$2" > "$part/SITE"
  echo "$1" > "$part/VERSION"
  rm -rf "$dest"
  mv "$part" "$dest"
}

is_odoo_19() { grep -qs '^version_info = (19, 0' "$1/odoo/release.py"; }

from_tree() {
  [ -n "${ODOO_SRC:-}" ] || return 1
  local tree
  tree=$(cd "$ODOO_SRC" 2>/dev/null && pwd) && is_odoo_19 "$tree" ||
    { echo "ODOO_SRC=$ODOO_SRC holds no Odoo 19.0 (there is no odoo/release.py of 19.0)" >&2; exit 1; }
  rm -rf "$part"; mkdir "$part"
  finish "tree $tree" "$tree"
}

mirror() {  # the Debian archive of this machine, as apt's own configuration names it
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null |
    head -1 | grep . ||
  apt-get indextargets --no-release-info --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' 2>/dev/null |
    grep -E '/debian/?$' | head -1 | grep .
}

from_apt() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || { tried+="apt-get: not on this system; "; return 1; }
  local uri key=/usr/share/keyrings/debian-archive-keyring.gpg suite
  uri=$(mirror) && [ -e "$key" ] || { tried+="apt-get: no Debian archive configured; "; return 1; }
  mkdir -p "$state"/lists/partial "$state"/archives/partial
  : > "$state/status"; : > "$state/sources.list"
  for suite in sid trixie; do echo "deb [signed-by=$key] $uri $suite main" >> "$state/sources.list"; done
  local apt=(apt-get -q -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status"
    -o Dir::Cache="$state" -o Dir::Cache::archives="$state/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
    -o APT::Sandbox::User= -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o Acquire::Retries=3)
  if [ ! -e "$state/complete" ]; then
    "${apt[@]}" update || { tried+="apt-get update: failed; "; return 1; }
    (cd "$state/archives"  # a file cut short is continued
      "${apt[@]}" download "$package=$version" || {
        echo "warning: Debian has no $package $version (any more), taking its newest"
        rm -f "$package"_*.deb
        "${apt[@]}" download "$package"
      } && "${apt[@]}" download $assets) || { tried+="apt-get download $package: failed; "; return 1; }
    touch "$state/complete"
  fi
  local deb found
  deb=$(ls "$state/archives/${package}"_*.deb)
  found=$(dpkg-deb -f "$deb" Version)
  if [ "$found" = "$version" ]; then
    echo "$sha  $deb" | sha256sum -c - || { rm -rf "$state"; tried+="apt-get: checksum of $package differs; "; return 1; }
  else
    case $found in
      19.0.*) echo "warning: Odoo $found instead of the tested $version" ;;
      *) tried+="apt-get: has Odoo $found, not 19.0; "; return 1 ;;
    esac
  fi
  rm -rf "$part"; mkdir "$part"
  for deb in "$state"/archives/*.deb; do dpkg-deb -x "$deb" "$part" || { tried+="dpkg-deb: failed; "; return 1; }; done
  local site=usr/lib/python3/dist-packages
  # Debian's egg-info asks for packages by names pip does not know
  rm -rf "$part/$site"/odoo-19.0.egg-info "$part"/usr/share/doc "$part"/etc
  # left out by Debian, wanted by Odoo's own command-line tests
  printf '#!/usr/bin/env python3\nimport odoo.cli\n\nif __name__ == "__main__":\n    odoo.cli.main()\n' > "$part/$site/odoo-bin"
  chmod +x "$part/$site/odoo-bin"
  selfie_segmentation "$part/$site/odoo/addons/mail/static/lib/selfie_segmentation"
  finish "$found" "$dest/$site"
}

selfie_segmentation() {  # minified, so Debian leaves it out; with no file at all every page logs an error
  local file=$1/selfie_segmentation.js work=$here/.cache/npm
  [ ! -e "$file" ] || return 0
  mkdir -p "$1" "$work"
  if command -v npm >/dev/null &&
    (cd "$work" && npm pack --silent @mediapipe/selfie_segmentation@0.1.1675465747 </dev/null &&
      tar xzf mediapipe-selfie_segmentation-*.tgz package/selfie_segmentation.js) >/dev/null 2>&1 &&
    echo "$selfie_sha  $work/package/selfie_segmentation.js" | sha256sum -c - >/dev/null; then
    cp "$work/package/selfie_segmentation.js" "$file"
  else
    echo '/* background blur in video calls: this file is not shipped with this build */' > "$file"
  fi
}
selfie_sha=a4720d2d2374ec9df3510461ff186a4af427fb5bd402375e135875a991467da3

from_git() {
  command -v git >/dev/null || { tried+="git: not installed; "; return 1; }
  rm -rf "$part"
  git clone --quiet --depth 1 --branch 19.0 "$git_address" "$part" </dev/null || { tried+="git clone $git_address: failed; "; return 1; }
  is_odoo_19 "$part" || { tried+="git: branch 19.0 is not Odoo 19.0; "; return 1; }
  finish "git $(git -C "$part" rev-parse HEAD)" "$dest"
}

from_tree || from_apt || from_git || {
  echo "error: no Odoo 19 to be had (${tried%; }): check the network, or set ODOO_SRC=/path/to/odoo-19.0" >&2
  exit 1
}
