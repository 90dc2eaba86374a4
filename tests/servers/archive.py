"""Catmandu's provider of OAI-PMH, as libraries run it: the protocol is theirs, the few records are ours."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.servers.running import HOST, running

PLUGIN = "Dancer/Plugin/Catmandu/OAI.pm"
PROGRAM = r"""
package Catmandu::Store::Kept;
use Moo;
use Catmandu::Hits;
has items => (is => 'ro');
sub bag { $_[0] }
sub id_key { '_id' }
sub search {
    my ($self, %asked) = @_;
    my ($since) = $asked{cql_query} =~ /datestamp >= "([^"]+)"/;
    my ($of) = $asked{cql_query} =~ /set = "([^"]+)"/;
    my @found = grep { (!$since || $_->{datestamp} ge $since) && (!$of || $_->{set} eq $of) }
        @{$self->items};
    my $start = $asked{start} // 0;
    my $last = $start + $asked{limit} - 1;
    $last = $#found if $last > $#found;
    return Catmandu::Hits->new(
        start => $start,
        limit => $asked{limit},
        total => scalar @found,
        hits  => [@found[$start .. $last]],
    );
}
$INC{'Catmandu/Store/Kept.pm'} = 1;

package main;
use JSON::PP ();
use Dancer;
use Catmandu;
use Dancer::Plugin::Catmandu::OAI;
my ($port, $file) = @ARGV;
open my $kept, '<', $file or die $!;
my $items = JSON::PP::decode_json(join '', <$kept>);
Catmandu->config->{store}{kept} = {package => 'Catmandu::Store::Kept', options => {items => $items}};
set server => '127.0.0.1';
set port => $port;
set startup_info => 0;
oai_provider '/oai',
    store                => 'kept',
    bag                  => 'data',
    datestamp_field      => 'datestamp',
    repositoryName       => 'Papers of the tests',
    adminEmail           => 'oai@oai.example',
    deletedRecord        => 'persistent',
    earliestDatestamp    => '2001-01-01T00:00:00Z',
    repositoryIdentifier => 'oai.example',
    delimiter            => ':',
    sampleIdentifier     => 'oai:oai.example:1',
    limit                => 2,
    metadata_formats     => [{metadataPrefix => 'oai_dc', schema => 'x', metadataNamespace => 'x'}],
    sets => [map { {setSpec => $_, setName => $_, cql => qq(set = "$_")} } qw(new old gone revised)],
    deleted              => sub { $_[0]{deleted} },
    set_specs_for        => sub { [$_[0]{set}] };
dance;
"""


@dataclass(frozen=True)
class Provider:
    """A repository of sets: `new` ones, `old` ones, `gone` ones, and some that are gone before one that is new."""

    host: str
    port: int
    pid: int

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://{self.host}:{self.port}/oai"


@contextmanager
def provider(perl: str) -> Iterator[Provider]:
    """Run it with a record of yesterday, one of 2019, and deletions of yesterday."""

    def command(folder: Path, ports: Sequence[int]) -> list[str]:
        (folder / "provider.pl").write_text(PROGRAM)
        (folder / "items.json").write_text(json.dumps(_items()))
        return [perl, str(folder / "provider.pl"), str(ports[0]), str(folder / "items.json")]

    with running("provider", command) as server:
        yield Provider(HOST, server.ports[0], server.pid)


def _items() -> list[dict[str, object]]:
    yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    told = [
        ("new", yesterday, 0),
        ("old", "2019-01-01T00:00:00Z", 0),
        *[("gone", yesterday, 1)] * 3,
        *[("revised", yesterday, 1)] * 3,
        ("revised", yesterday, 0),
    ]
    return [
        {"_id": str(number), "set": of, "datestamp": when, "deleted": deleted}
        for number, (of, when, deleted) in enumerate(told)
    ]
