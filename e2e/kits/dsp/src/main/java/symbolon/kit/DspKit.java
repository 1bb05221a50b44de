package symbolon.kit;

import org.eclipse.dataspacetck.core.system.ConsoleMonitor;
import org.eclipse.dataspacetck.dsp.system.DspSystemLauncher;
import org.eclipse.dataspacetck.runtime.TckRuntime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * Runs the DSP TCK: {@code DspKit FILE.properties [WORD]}. Without a word the whole suite has to run and pass; with one, every
 * test whose display name contains it. A run of the kit always exits with 0, so the verdict is ours.
 */
public final class DspKit {
    private static final int WHOLE_SUITE = 65;

    private DspKit() {
    }

    public static void main(String[] args) throws IOException {
        var properties = read(Path.of(args[0]));
        var word = args.length > 1 ? args[1] : "";
        var summary = TckRuntime.Builder.newInstance()
                .properties(properties)
                .monitor(new ConsoleMonitor(Boolean.parseBoolean(properties.get("dataspacetck.debug")), false))
                .launcher(DspSystemLauncher.class)
                .addPackage("org.eclipse.dataspacetck.dsp.verification")
                .displayNameMatching(name -> name.contains(word))
                .build()
                .execute();
        var passed = summary.getTestsSucceededCount();
        var failed = summary.getTotalFailureCount() + summary.getTestsAbortedCount();
        summary.getFailures().forEach(failure ->
                System.out.printf("REASON: %s: %s%n", failure.getTestIdentifier().getDisplayName(), failure.getException()));
        System.out.printf("DSP TCK: %d passed, %d failed%n", passed, failed);
        System.out.flush();
        var green = failed == 0 && (word.isEmpty() ? passed == WHOLE_SUITE : passed > 0);
        // The callback server leaves threads behind that would keep the process alive.
        Runtime.getRuntime().halt(green ? 0 : 1);
    }

    private static Map<String, String> read(Path file) throws IOException {
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return properties.stringPropertyNames().stream().collect(Collectors.toMap(key -> key, properties::getProperty));
    }
}
