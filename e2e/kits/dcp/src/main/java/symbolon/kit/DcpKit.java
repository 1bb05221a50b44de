package symbolon.kit;

import org.eclipse.dataspacetck.core.system.ConsoleMonitor;
import org.eclipse.dataspacetck.dcp.system.DcpSystemLauncher;
import org.eclipse.dataspacetck.runtime.TckRuntime;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestIdentifier;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * Runs packages of the DCP TCK: {@code DcpKit FILE.properties [WORD]}. The packages are in {@code dataspacetck.test.package}; with
 * a word only those tests run whose display name contains it. It counts and names; what the figures mean is judged by its caller.
 */
public final class DcpKit {
    private DcpKit() {
    }

    public static void main(String[] args) throws IOException {
        var properties = read(Path.of(args[0]));
        var word = args.length > 1 ? args[1] : "";
        var runtime = TckRuntime.Builder.newInstance()
                .properties(properties)
                .monitor(new ConsoleMonitor(Boolean.parseBoolean(properties.get("dataspacetck.debug")), false))
                .launcher(DcpSystemLauncher.class)
                .displayNameMatching(name -> name.contains(word));
        for (var name : properties.get("dataspacetck.test.package").split(",")) {
            runtime.addPackage(name);
        }
        var summary = runtime.build().execute();
        summary.getFailures().forEach(failure ->
                System.out.printf("NOT PASSED: %s: %s%n", method(failure.getTestIdentifier()), line(failure.getException())));
        System.out.printf("TESTS: %d passed, %d failed%n", summary.getTestsSucceededCount(),
                summary.getTotalFailureCount() + summary.getTestsAbortedCount());
        System.out.flush();
        // The callback server leaves threads behind that would keep the process alive.
        Runtime.getRuntime().halt(0);
    }

    /** Assertions tell what they expected in several lines. */
    private static String line(Throwable failure) {
        return failure.toString().strip().replaceAll("\\s+", " ");
    }

    /** The name of the test's method, by which tests are known; display names are not unique. */
    private static String method(TestIdentifier test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName())
                .orElseGet(test::getDisplayName);
    }

    private static Map<String, String> read(Path file) throws IOException {
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return properties.stringPropertyNames().stream().collect(Collectors.toMap(key -> key, properties::getProperty));
    }
}
