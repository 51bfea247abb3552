package io.github.pecmailproxy.evidence;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A bundle that was unpacked into a folder. Links are not followed. */
final class FolderBundle implements BundleFiles {
    private final Path folder;
    private final List<String> names;

    private FolderBundle(Path folder, List<String> names) {
        this.folder = folder;
        this.names = names;
    }

    /**
     * Lists a folder.
     *
     * @throws BundleException if there is something in it that no bundle has
     */
    static FolderBundle open(Path folder) throws IOException, BundleException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = folder.relativize(file)
                        .toString()
                        .replace(file.getFileSystem().getSeparator(), "/");
                if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    continue;
                }
                if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        || !SAFE_NAME.matcher(name).matches()) {
                    throw new BundleException("there is something that no bundle has: " + name);
                }
                if (names.size() == MOST_FILES || Files.size(file) > LARGEST_FILE) {
                    throw new BundleException("it is larger than any bundle");
                }
                names.add(name);
            }
        }
        return new FolderBundle(folder, names);
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public InputStream open(String name) throws IOException {
        return Files.newInputStream(folder.resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void close() {
        // A folder is not held open.
    }
}
